using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Testing;

/// <summary>
/// A network namespace named <c>straum-t-…</c> for one test, with loopback up and an open rtnetlink socket. It is removed
/// when disposed; what an earlier, killed run left behind is removed before the first one is made.
/// </summary>
public sealed class TestNamespace : IDisposable
{
    private const string Prefix = "straum-t-";
    private static readonly Lazy<bool> Swept = new(RemoveLeftovers);
    private static int _last;

    public TestNamespace()
    {
        _ = Swept.Value;
        Name = $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _last)}";
        Namespace = NetworkNamespace.Create(Name);
        Net = RtNetlink.Open(Namespace);
        Net.Links.SetUp(Net.Links.Get("lo").Index);
    }

    public string Name { get; }

    public NetworkNamespace Namespace { get; }

    public RtNetlink Net { get; }

    public static implicit operator NetworkNamespace(TestNamespace test) => test.Namespace;

    public NetworkNamespace ToNetworkNamespace() => Namespace;

    public void Dispose()
    {
        Net.Dispose();
        Namespace.Dispose();
        NetworkNamespace.Delete(Name);
    }

    private static bool RemoveLeftovers()
    {
        foreach (var name in NetworkNamespace.List().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            // The name carries the process that made it: only the dead's are ours to remove.
            var owner = name[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, out var pid) && !Directory.Exists($"/proc/{pid}"))
            {
                NetworkNamespace.Delete(name);
            }
        }
        return true;
    }
}
