using Straum.Doctor.Hosts;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks.Network;

/// <summary>BBR wants its packets paced.</summary>
internal sealed class CongestionControl : Check
{
    public override string Id => "ST-NE-010";

    public override string Title => "congestion control and queueing fit together";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "BBR decides when each packet leaves. The fq discipline keeps to that; without it TCP uses a timer per connection, which costs CPU, and through pods' veth pairs the time of departure is lost unless the kernel is 5.18 or newer. Sockets keep the algorithm that they were opened with. A kernel that is built without fq has only the timers, and nothing is to be mended on it.",
        Threshold: "warn when the algorithm is bbr and an uplink's discipline is not fq (or mq over fq) though the kernel has it",
        Source: "tc-fq(8); net/ipv4/tcp_output.c, tcp_pacing_check (Linux 4.13); Cilium's Documentation/operations/performance/tuning.rst, bandwidth manager",
        Fix: "sysctl -w net.core.default_qdisc=fq && tc qdisc replace dev DEVICE root fq");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.Network.ReadText("/proc/sys/net/ipv4/tcp_congestion_control")?.Trim() is not { } algorithm)
        {
            return One(Finding.Unknown("net.ipv4.tcp_congestion_control is not there"));
        }
        var qdiscs = host.Network.Qdiscs;
        var findings = new List<Finding>();
        foreach (var link in Uplinks.Of(host))
        {
            var own = qdiscs.Where(q => q.InterfaceIndex == link.Index && q.Kind is not ("clsact" or "ingress")).ToList();
            // mq hands each of the device's queues to a discipline of its own.
            var leaves = own.Exists(static q => q is { IsRoot: true, Kind: "mq" }) ? own.FindAll(static q => !q.IsRoot) : own.FindAll(static q => q.IsRoot);
            var kinds = string.Join(", ", leaves.Select(static q => q.Kind).Distinct());
            var measured = $"{algorithm}, {(kinds is "" ? "no discipline" : kinds)}";
            findings.Add(algorithm != "bbr" || (leaves.Count > 0 && leaves.TrueForAll(static q => q.Kind == "fq")) ? Finding.Pass(measured, link.Name)
                : host.Probe(QdiscTable.FairQueueing) == FeatureSupport.NotSupported ? Finding.Pass($"{measured}; this kernel has no fq, so TCP paces by itself, at some CPU", link.Name)
                : Finding.Warn(measured, link.Name, $"tc qdisc replace dev {link.Name} root fq"));
        }
        return Task.FromResult(Several(findings, Uplinks.None(host)));
    }
}
