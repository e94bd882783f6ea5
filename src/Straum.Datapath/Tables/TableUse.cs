using Straum.Datapath.Abi;

namespace Straum.Datapath.Tables;

/// <summary>How full a table is.</summary>
/// <param name="Name">As in the kernel.</param>
/// <param name="Used">Entries.</param>
/// <param name="Capacity">Entries that it has room for.</param>
/// <param name="Key">Of straum.yaml.</param>
public sealed record TableUse(string Name, long Used, long Capacity, string Key)
{
    /// <summary>From here on a table is given more room, and until it has it, said to be nearly full.</summary>
    public const double NearlyFull = 0.85;

    public bool IsNearlyFull => Used >= Capacity * NearlyFull;

    /// <summary>Counts by reading: the kernel keeps no numbers.</summary>
    public static IReadOnlyList<TableUse> Read(DatapathTables tables)
    {
        var backends = 0;
        for (var id = 1; id < tables.Backends.Length; id++)
        {
            backends += tables.Backends[id].Flags & (int)BackendFlags.Usable;
        }
        return
        [
            new TableUse("svc", tables.Services.Count(), tables.Services.Capacity, "tables.services"),
            new TableUse("backends", backends, tables.Backends.Length, "tables.backends"),
            new TableUse("slots", tables.Services.Read().Sum(e => e.Value.Count), tables.Slots.Length, "tables.slots"),
            new TableUse("pods", tables.Pods.Count(), tables.Pods.Capacity, "tables.pods"),
            new TableUse("peers", tables.Peers.Count(), tables.Peers.Capacity, "tables.peers"),
            new TableUse("conntrack", tables.Conntrack.Count(), tables.Conntrack.Capacity, "tables.conntrack"),
        ];
    }
}
