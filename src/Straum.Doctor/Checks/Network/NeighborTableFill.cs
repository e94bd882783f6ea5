using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Network;

/// <summary>The kernel's neighbours, of all namespaces together.</summary>
internal sealed class NeighborTableFill : Check
{
    private const double WarnPercent = 75, FailPercent = 90;

    public override string Id => "ST-NE-007";

    public override string Title => "the neighbour tables have room";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "All pods of a node share one table of neighbours for IPv4 and one for IPv6. When it is full (\"neighbour table overflow\" in the kernel's log) no new neighbour is found, and new destinations are unreachable while old ones work.",
        Threshold: "warn at 75 %, fail at 90 % of gc_thresh3",
        Source: "75 %: bpftune, docs/bpftune-neigh; arp(7); kernel documentation, networking/ip-sysctl.rst",
        Fix: "sysctl -w net.ipv4.neigh.default.gc_thresh3=8192 net.ipv6.neigh.default.gc_thresh3=8192");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<Finding>>([Judge(host, "ipv4", "arp_cache"), Judge(host, "ipv6", "ndisc_cache")]);

    private static Finding Judge(IHost host, string family, string file)
    {
        var limit = NumberFields.First(host.ReadText($"/proc/sys/net/{family}/neigh/default/gc_thresh3"));
        // Each CPU's line begins with the same number: the entries of the whole table.
        var entries = host.ReadText("/proc/net/stat/" + file)?.Split('\n') is [_, { Length: > 0 } line, ..]
            ? (long)NumberFields.ParseHex(NumberFields.Split(line)[0]) : (long?)null;
        if (limit is null || entries is null)
        {
            return Finding.Skip($"{family}: only the host's first namespace has the limit");
        }
        var percent = limit == 0 ? 100 : 100.0 * entries.Value / limit.Value;
        var measured = $"{entries} of {limit} entries ({Figure.Percent(percent)})";
        var fix = $"sysctl -w net.{family}.neigh.default.gc_thresh3={limit * 4}";
        return percent >= FailPercent ? Finding.Fail(measured, family, fix) : percent >= WarnPercent ? Finding.Warn(measured, family, fix) : Finding.Pass(measured, family);
    }
}
