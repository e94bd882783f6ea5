namespace Straum.Linux.Netlink;

/// <summary>A network device as the kernel describes it.</summary>
public sealed record Link
{
    public required int Index { get; init; }

    public required string Name { get; init; }

    /// <summary>The driver kind, such as <c>veth</c>, <c>vxlan</c> or <c>bridge</c>; empty for hardware and loopback.</summary>
    public string Kind { get; init; } = "";

    /// <summary><c>null</c> when the device has no Ethernet address.</summary>
    public MacAddress? MacAddress { get; init; }

    public int Mtu { get; init; }

    public LinkFlags Flags { get; init; }

    public OperationalState OperationalState { get; init; }

    /// <summary>Index of the bridge or other master, 0 without.</summary>
    public int MasterIndex { get; init; }

    /// <summary>Index of the device below or opposite (macvlan's parent, veth's peer), 0 without. It counts in <see cref="PeerNamespaceId"/>.</summary>
    public int ParentIndex { get; init; }

    /// <summary>The local number of the namespace that <see cref="ParentIndex"/> belongs to; <c>null</c> when it is this one.</summary>
    public int? PeerNamespaceId { get; init; }

    public int TransmitQueues { get; init; }

    public int GsoMaxSize { get; init; }

    public int GroMaxSize { get; init; }

    /// <summary>VXLAN only.</summary>
    public VxlanSettings? Vxlan { get; init; }

    /// <summary>Geneve only.</summary>
    public GeneveSettings? Geneve { get; init; }

    /// <summary>The XDP program on the device, 0 without.</summary>
    public uint XdpProgramId { get; init; }

    public LinkStatistics Statistics { get; init; }

    /// <summary>Set up by the administrator.</summary>
    public bool IsUp => Flags.HasFlag(LinkFlags.Up);

    /// <summary>Up, and with a signal on the wire.</summary>
    public bool HasCarrier => Flags.HasFlag(LinkFlags.LowerUp);
}
