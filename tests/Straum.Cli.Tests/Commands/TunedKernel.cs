using Straum.Linux;
using Straum.Testing;

namespace Straum.Cli.Tests.Commands;

/// <summary>
/// A root whose settings are the kernel's, in a namespace of its own, and whose journal says that two were tuned: one that can be
/// put back, and one whose former value the kernel refuses.
/// </summary>
internal sealed class TunedKernel : IDisposable
{
    private readonly TestNamespace _namespace = new();

    public TunedKernel()
    {
        Write("proc/meminfo", "MemTotal:       16000000 kB\n");
        Write("sys/devices/system/cpu/online", "0-3\n");
        Directory.CreateSymbolicLink(Path.Combine(Root, "proc/sys"), "/proc/sys");
        Sysctl.Write("net.ipv4.tcp_tw_reuse", "1", _namespace);
        Sysctl.Write("net.ipv4.tcp_fin_timeout", "15", _namespace);
        Write("var/lib/straum/tune.json",
            """
            {"bootId":"","madeFolders":[],"settings":[
              {"key":"net.ipv4.tcp_tw_reuse","previous":"2","written":"1","done":true},
              {"key":"net.ipv4.tcp_fin_timeout","previous":"soon","written":"15","done":true}]}
            """);
        Write("etc/sysctl.d/60-straum-tune.conf", "-net.ipv4.tcp_tw_reuse = 1\n");
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("straum-tune-").FullName;

    public NetworkNamespace Namespace => _namespace;

    public string Reuse => Sysctl.Read("net.ipv4.tcp_tw_reuse", _namespace);

    public void Dispose()
    {
        File.Delete(Path.Combine(Root, "proc/sys"));
        Directory.Delete(Root, recursive: true);
        _namespace.Dispose();
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
