using Straum.Control.Tuning;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>Lines of sysctl.d that name what this kernel does not have.</summary>
internal sealed class DeadSettings : Check
{
    private static readonly string[] Directories = ["/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d"];

    public override string Id => "ST-SY-007";

    public override string Title => "every setting in sysctl.d exists";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "Guides outlive kernels: net.ipv4.netfilter.* became net.netfilter.*, tcp_tw_recycle is gone. sysctl prints an error at boot that nobody reads, and the administrator believes that the value is set.",
        Threshold: "warn for each key without a file under /proc/sys",
        Source: "sysctl.d(5); kernel documentation, networking/nf_conntrack-sysctl.rst",
        Fix: "remove the line, or use today's name: net.ipv4.netfilter.ip_conntrack_X is net.netfilter.nf_conntrack_X; of net.bridge and nf_conntrack load the module before: modprobe br_netfilter, modprobe nf_conntrack");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var files = Directories.SelectMany(d => (host.ListDirectory(d) ?? []).Where(static f => f.EndsWith(".conf", StringComparison.Ordinal)).Select(f => $"{d}/{f}"))
            .Append("/etc/sysctl.conf").ToList();
        var wrong = new List<Finding>();
        var keys = 0;
        foreach (var file in files)
        {
            foreach (var key in Keys(host.ReadText(file)))
            {
                keys++;
                if (!host.Network.Exists(PathOf(key)) && host.ResolvePath(PathOf(key)) is null)
                {
                    wrong.Add(Finding.Warn($"{key} does not exist", file, FixOf(PathOf(key))));
                }
            }
        }
        return Task.FromResult(Several(wrong, Finding.Pass($"{keys} keys")));
    }

    /// <summary>Without patterns, and without those whose absence the line itself permits.</summary>
    private static IEnumerable<string> Keys(string? text) => SysctlText.Lines(text ?? "").Select(static l => l.Setting)
        .OfType<SysctlLine>().Where(static l => !l.MayBeAbsent && !SysctlPattern.Is(l.Key)).Select(static l => l.Key);

    /// <summary>Settings that come with a module; null for others.</summary>
    private static string? FixOf(string path)
    {
        var module = path.StartsWith("/proc/sys/net/bridge/", StringComparison.Ordinal) ? "br_netfilter"
            : path.StartsWith("/proc/sys/net/netfilter/nf_conntrack", StringComparison.Ordinal) || path.StartsWith("/proc/sys/net/nf_conntrack", StringComparison.Ordinal) ? "nf_conntrack"
            : null;
        return module is null ? null : $"modprobe {module}; echo {module} > /etc/modules-load.d/{module}.conf; sysctl --system";
    }

    private static string PathOf(string key) => "/proc/sys/" + string.Concat(key.Select(static c => c switch { '.' => '/', '/' => '.', _ => c }));
}
