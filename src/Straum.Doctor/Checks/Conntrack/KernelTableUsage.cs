using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Conntrack;

/// <summary>How full the kernel's own connection table is.</summary>
internal sealed class KernelTableUsage : Check
{
    private const double WarnPercent = 75, FailPercent = 90;

    public override string Id => "ST-CT-001";

    public override string Title => "the kernel's connection table has room";

    public override CheckGroup Group => CheckGroup.Conntrack;

    public override Explanation Explanation { get; } = new(
        Why: "When nf_conntrack is full the kernel drops the first packet of every new connection, and clients see time-outs at random. Straum's own flows are not in this table, but whatever iptables, nftables or kube-proxy still track is.",
        Threshold: "warn at 75 %, fail at 90 % of nf_conntrack_max",
        Source: "90 %: node-problem-detector, config/plugin/network_problem.sh; kernel documentation, networking/nf_conntrack-sysctl.rst",
        Fix: "sysctl -w net.netfilter.nf_conntrack_max=$((2 * $(sysctl -n net.netfilter.nf_conntrack_max)))");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var max = NumberFields.First(host.Network.ReadText("/proc/sys/net/netfilter/nf_conntrack_max"));
        var count = NumberFields.First(host.Network.ReadText("/proc/sys/net/netfilter/nf_conntrack_count"));
        if (max is null || count is null)
        {
            return One(Finding.Skip("the kernel tracks no connections here (nf_conntrack is not loaded)"));
        }
        // 0 means that there is no limit.
        var percent = max == 0 ? 0 : 100.0 * count.Value / max.Value;
        var measured = $"{Figure.Count(count.Value)} of {Figure.Count(max.Value)} entries ({Figure.Percent(percent)})";
        var fix = $"sysctl -w net.netfilter.nf_conntrack_max={max * 2}";
        return One(percent >= FailPercent ? Finding.Fail(measured, fix: fix) : percent >= WarnPercent ? Finding.Warn(measured, fix: fix) : Finding.Pass(measured));
    }
}
