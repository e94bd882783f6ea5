namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>What can be seen of a packet in a frame. Offsets count from the frame's start.</summary>
internal sealed record Sight
{
    public bool V4 { get; init; }
    public Ends Ends { get; init; }
    public int L3 { get; init; } = 14;
    public int L4 { get; init; }
    public byte HopLimit { get; init; }

    /// <summary>Of ICMP of the packet's own family, in the part that has its header.</summary>
    public byte? IcmpType { get; init; }

    public bool IsLaterFragment { get; init; }

    /// <summary>False for a later fragment whose first was not seen.</summary>
    public bool PortsKnown { get; init; } = true;

    public bool Opens { get; init; }
    public bool Fin { get; init; }
    public bool Reset { get; init; }

    public bool IsIcmp => Ends.Protocol == (V4 ? Packet.Icmp : Packet.IcmpV6);

    public bool IsIcmpError => IcmpType is { } type && (V4 ? type is 3 or 11 or 12 : type < 128);

    /// <summary>A source port, or an identifier, that may be another one on the wire.</summary>
    public bool HasPort => Ends.Protocol is Packet.Tcp or Packet.Udp || (IsIcmp && Ends.SourcePort == Ends.DestinationPort);
}
