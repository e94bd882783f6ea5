using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>Settings that somebody changed on the host and that pods did not get.</summary>
internal sealed class PodsUntuned : Check
{
    /// <summary>Settings of the namespace, with what a new namespace starts with (measured on Linux 6.18).</summary>
    private static readonly (string Name, string Default)[] OwnToEachNamespace =
    [
        ("net/core/somaxconn", "4096"),
        ("net/ipv4/tcp_fin_timeout", "60"),
        ("net/ipv4/tcp_tw_reuse", "2"),
        ("net/ipv4/ip_local_port_range", "32768 60999"),
        ("net/ipv4/tcp_keepalive_time", "7200"),
    ];

    public override string Id => "ST-SY-006";

    public override string Title => "what is tuned on the host is tuned in pods";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "A new network namespace starts with the kernel's defaults, not with the host's values: what sysctl.d says helps the host and host-network pods only. Congestion control and tcp_rmem and tcp_wmem are the exceptions.",
        Threshold: "warn when a setting differs from the kernel's default on the host and has the default in a pod",
        Source: "measured on Linux 6.18; kubernetes/website, tasks/administer-cluster/sysctl-cluster.md (namespaced and node-level sysctls)",
        Fix: "pods: {tuning: full}   # in /etc/straum/straum.yaml; for pods made from then on");

    public override bool BeforeInstall => false;

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.Pods.Count == 0)
        {
            return One(Finding.Skip("no pods on this node"));
        }
        var wrong = new List<Finding>();
        foreach (var (name, standard) in OwnToEachNamespace)
        {
            var own = Read(host.Network, name);
            var without = own is null || own == standard ? [] : host.Pods.Where(p => Read(p.Network, name) == standard).Select(static p => p.Name).ToList();
            if (without.Count > 0)
            {
                wrong.Add(Finding.Warn($"{name.Replace('/', '.')} = {own} on the host, {standard} in {without.Count} pods", Figure.Names(without, atMost: 2)));
            }
        }
        return Task.FromResult(Several(wrong, Finding.Pass($"{OwnToEachNamespace.Length} settings, {host.Pods.Count} pods")));
    }

    private static string? Read(INetwork network, string name) =>
        network.ReadText("/proc/sys/" + name) is { } text ? string.Join(' ', NumberFields.Split(text)) : null;
}
