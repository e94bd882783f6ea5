namespace Straum.Datapath.Tables;

/// <summary>How many entries each table has room for. A pinned table is made larger under traffic, never smaller.</summary>
public sealed record TableSizes
{
    /// <summary>Frontends: one per address, port and protocol.</summary>
    public uint Services { get; init; } = 65_536;

    /// <summary>Backends of all Services, each counted once.</summary>
    public uint Backends { get; init; } = 262_144;

    /// <summary>Places in ranges: a backend takes one in each frontend that has it.</summary>
    public uint Slots { get; init; } = 524_288;

    /// <summary>Addresses of pods of this node.</summary>
    public uint Pods { get; init; } = 4_096;

    /// <summary>Prefixes of other nodes.</summary>
    public uint Peers { get; init; } = 65_536;

    /// <summary>Flows; a translated one counts twice.</summary>
    public uint Conntrack { get; init; } = 262_144;

    /// <summary>No table is given more than this.</summary>
    public const uint Largest = 16_777_216;

    /// <summary>
    /// The flow table is given no more than this. What runs in pods fills it, so what it may take of the memory that the agent
    /// may use is bounded: one part in 32.
    /// </summary>
    public static uint MostFlows { get; } = (uint)Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 32 / BytesPerFlow, Largest);

    // Key, value and what the kernel keeps with each.
    private const int BytesPerFlow = 192;

    /// <summary>As the tables are now.</summary>
    public static TableSizes Of(DatapathTables tables) => new()
    {
        Services = tables.Services.Capacity,
        Backends = (uint)tables.Backends.Length,
        Slots = (uint)tables.Slots.Length,
        Pods = tables.Pods.Capacity,
        Peers = tables.Peers.Capacity,
        Conntrack = tables.Conntrack.Capacity,
    };

    /// <summary>The same with twice the room in one table; itself when that is as large as a table gets, or has no size of its own.</summary>
    public TableSizes Doubled(string table) => table switch
    {
        "svc" => this with { Services = Double(Services) },
        "backends" => this with { Backends = Double(Backends) },
        "slots" => this with { Slots = Double(Slots) },
        "pods" => this with { Pods = Double(Pods) },
        "peers" => this with { Peers = Double(Peers) },
        "conntrack" => this with { Conntrack = Math.Max(Conntrack, Math.Min(Double(Conntrack), MostFlows)) },
        _ => this,
    };

    private static uint Double(uint size) => Math.Max(size, Math.Min(size * 2, Largest));

    /// <summary>The size of a table by its name in the kernel; null for those whose size is fixed.</summary>
    public uint? Of(string table) => table switch
    {
        "svc" or "service_addresses" => Services,
        "backends" => Backends,
        "slots" => Slots,
        "pods" => Pods,
        "peers" => Peers,
        "conntrack" => Conntrack,
        _ => null,
    };
}
