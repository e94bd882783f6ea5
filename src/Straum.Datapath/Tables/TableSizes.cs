namespace Straum.Datapath.Tables;

/// <summary>How many entries each table gets when it is made; a pinned table keeps the size it was made with.</summary>
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

    /// <summary>The size of a table by its name in the kernel; null for those whose size is fixed.</summary>
    public uint? Of(string table) => table switch
    {
        "svc" => Services,
        "backends" => Backends,
        "slots" => Slots,
        "pods" => Pods,
        "peers" => Peers,
        "conntrack" => Conntrack,
        _ => null,
    };
}
