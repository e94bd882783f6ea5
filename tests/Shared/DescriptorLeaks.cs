using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Straum.Testing;

/// <summary>
/// Fails the run when a kernel object opened during it is still open at the end: BPF maps, programs and links, network
/// namespaces, netlink sockets, eventfds and mapped BPF arrays. A test project takes part with
/// <code>
/// &lt;Compile Include="../Shared/*.cs" LinkBase="Shared" /&gt;
/// [assembly: AssemblyFixture(typeof(Straum.Testing.DescriptorLeaks))]
/// </code>
/// What lives for the whole process by design must be opened before the first test.
/// </summary>
public sealed class DescriptorLeaks : IDisposable
{
    private readonly Dictionary<string, int> _before = Count();

    public void Dispose()
    {
        var leaked = Count()
            .Select(now => (Kind: now.Key, More: now.Value - _before.GetValueOrDefault(now.Key)))
            .Where(now => now.More > 0)
            .Select(now => $"{now.More} × {now.Kind}")
            .Order(StringComparer.Ordinal).ToList();
        if (leaked.Count > 0)
        {
            throw new InvalidOperationException("this test run leaked: " + string.Join(", ", leaked));
        }
    }

    private static Dictionary<string, int> Count()
    {
        var counts = new Dictionary<string, int>
        {
            ["mapped BPF array"] = File.ReadLines("/proc/self/maps")
                .Count(line => line.EndsWith("anon_inode:bpf-map", StringComparison.Ordinal)),
        };
        foreach (var descriptor in Directory.GetFiles("/proc/self/fd"))
        {
            if (Classify(descriptor) is { } kind)
            {
                counts[kind] = counts.GetValueOrDefault(kind) + 1;
            }
        }
        return counts;
    }

    /// <summary>The kind of kernel object behind a descriptor, or <c>null</c> when it is none that our code opens.</summary>
    internal static string? Classify(string descriptor)
    {
        var target = ReadLink(descriptor);
        return target switch
        {
            _ when target.StartsWith("anon_inode:bpf", StringComparison.Ordinal) => target["anon_inode:".Length..],
            _ when target.StartsWith("anon_inode:btf", StringComparison.Ordinal) => "btf",
            "anon_inode:[eventfd]" => "eventfd",
            // A namespace opened by its mount shows the mount's path.
            _ when target.StartsWith("net:[", StringComparison.Ordinal) || target.StartsWith("/run/netns/", StringComparison.Ordinal) => "network namespace",
            _ when target.StartsWith("socket:[", StringComparison.Ordinal) && IsNetlink(descriptor) => "netlink socket",
            _ => null,
        };
    }

    /// <summary>The raw target: .NET's own resolves it against the directory, and these are no paths.</summary>
    private static string ReadLink(string path)
    {
        var buffer = new byte[256];
        var length = readlink(Encoding.UTF8.GetBytes(path + '\0'), buffer, (nuint)buffer.Length);
        return length < 0 ? "" : Encoding.UTF8.GetString(buffer, 0, (int)length);
    }

    /// <summary>Every socket carries the name of its protocol, in whichever namespace it lives.</summary>
    private static bool IsNetlink(string path)
    {
        var buffer = new byte[64];
        var length = getxattr(Encoding.UTF8.GetBytes(path + '\0'), "system.sockprotoname\0"u8.ToArray(), buffer, (nuint)buffer.Length);
        return length > 0 && Encoding.UTF8.GetString(buffer, 0, (int)length).TrimEnd('\0') == "NETLINK";
    }

#pragma warning disable SYSLIB1054 // byte arrays need no generated marshalling, and test projects need no unsafe code
    [DllImport("libc", ExactSpelling = true)]
    private static extern nint readlink(byte[] path, byte[] buffer, nuint size);

    [DllImport("libc", ExactSpelling = true)]
    private static extern nint getxattr(byte[] path, byte[] name, byte[] value, nuint size);
#pragma warning restore SYSLIB1054
}
