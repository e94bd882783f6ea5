using System.Net.Sockets;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;
using Straum.Linux.Netlink;

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
        Threshold: "warn at 75 %, fail at 90 % of gc_thresh3, without the permanent and externally learned entries of the node and its pods, which the kernel does not limit",
        Source: "75 %: bpftune, docs/bpftune-neigh; arp(7); kernel documentation, networking/ip-sysctl.rst",
        Fix: "sysctl -w net.ipv4.neigh.default.gc_thresh3=8192 net.ipv6.neigh.default.gc_thresh3=8192");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var exempt = host.Pods.Select(static p => p.Network).Prepend(host.Network).SelectMany(static n => n.Neighbors)
            .Where(static n => (n.State & NeighborState.Permanent) != 0 || n.IsExternallyLearned).ToLookup(static n => n.Address.AddressFamily);
        return Task.FromResult<IReadOnlyList<Finding>>(
        [
            Judge(host, "ipv4", "arp_cache", exempt[AddressFamily.InterNetwork].Count()),
            Judge(host, "ipv6", "ndisc_cache", exempt[AddressFamily.InterNetworkV6].Count()),
        ]);
    }

    /// <param name="host">The machine.</param>
    /// <param name="family">As in its settings.</param>
    /// <param name="file">Where the kernel counts.</param>
    /// <param name="exempt">Entries that the kernel does not compare with the limit (neigh_alloc, gc_entries).</param>
    private static Finding Judge(IHost host, string family, string file, int exempt)
    {
        var limit = NumberFields.First(host.ReadText($"/proc/sys/net/{family}/neigh/default/gc_thresh3"));
        // Each CPU's line begins with the same number: the entries of the whole table.
        var entries = host.ReadText("/proc/net/stat/" + file)?.Split('\n') is [_, { Length: > 0 } line, ..]
            ? (long)NumberFields.ParseHex(NumberFields.Split(line)[0]) : (long?)null;
        if (limit is null || entries is null)
        {
            return Finding.Skip($"{family}: only the host's first namespace has the limit");
        }
        // Both are counted one after the other, and neighbours come and go.
        var limited = Math.Max(0, entries.Value - exempt);
        var percent = limit == 0 ? 100 : 100.0 * limited / limit.Value;
        var measured = $"{limited} of {limit} entries ({Figure.Percent(percent)})" + (exempt > 0 ? $", beside {exempt} that are permanent or externally learned" : "");
        var fix = $"sysctl -w net.{family}.neigh.default.gc_thresh3={limit * 4}";
        return percent >= FailPercent ? Finding.Fail(measured, family, fix) : percent >= WarnPercent ? Finding.Warn(measured, family, fix) : Finding.Pass(measured, family);
    }
}
