using Straum.Agent.LocalApi.Reports;
using Straum.Datapath.Abi;
using Straum.Datapath.Tables;

namespace Straum.Agent.Daemon.Reporting;

/// <summary>Sums the per-CPU drop counters.</summary>
internal static class DropReporter
{
    public static DropsReport Read(string node, DatapathTables tables)
    {
        var drops = new List<DropReport>();
        for (var place = Place.PodOut; place < Place.Count; place++)
        {
            foreach (var reason in DropReasonText.All)
            {
                ulong packets = 0, bytes = 0;
                foreach (var counter in tables.Drops.Read((int)place * AbiConstants.DropReasonStride + (int)reason))
                {
                    packets += counter.Packets;
                    bytes += counter.Bytes;
                }
                if (packets > 0)
                {
                    drops.Add(new DropReport(DropReasonText.Name(reason), Kebab(place), packets, bytes, DropReasonText.What(reason), DropReasonText.Hint(reason)));
                }
            }
        }
        return new DropsReport(node, [.. drops.OrderByDescending(d => d.Packets)]);
    }

    // PodOut → pod-out
    private static string Kebab(Place place) =>
        string.Concat(place.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "-" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
}
