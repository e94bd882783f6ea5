using System.Net;
using System.Net.Sockets;
using Straum.Linux;

namespace Straum.Datapath.Tests.Packets;

/// <summary>
/// Builds Ethernet frames with true checksums, and reads them back. Written against the RFCs and not against
/// bpf/lib, so that the two can disagree.
/// </summary>
internal sealed partial record Packet
{
    public const byte Icmp = 1, Igmp = 2, Tcp = 6, Udp = 17, Gre = 47, IcmpV6 = 58, Sctp = 132;

    /// <summary>RFC 8200 4, RFC 4302.</summary>
    public const byte HopByHop = 0, Routing = 43, FragmentHeader = 44, Authentication = 51, DestinationOptions = 60;

    public MacAddress SourceMac { get; init; } = MacAddress.Parse("02:00:00:00:00:01");
    public MacAddress DestinationMac { get; init; } = MacAddress.Parse("02:00:00:00:00:02");
    public required IPAddress Source { get; init; }
    public required IPAddress Destination { get; init; }
    public byte Protocol { get; init; } = Tcp;
    public ushort SourcePort { get; init; }
    public ushort DestinationPort { get; init; }
    public byte Ttl { get; init; } = 64;
    public TcpFlags Flags { get; init; } = TcpFlags.Syn;
    public uint Sequence { get; init; } = 1000;
    public uint Acknowledge { get; init; }

    /// <summary>ICMP and ICMPv6.</summary>
    public byte Type { get; init; }
    public byte Code { get; init; }
    public ushort EchoId { get; init; }

    /// <summary>The last two bytes of the ICMP header: a sequence number, or the next hop's MTU (RFC 1191).</summary>
    public ushort IcmpLow { get; init; }

    /// <summary>After the L4 header; of an ICMP error, the packet that it quotes.</summary>
    public byte[] Payload { get; init; } = [];

    /// <summary>IPv4 identification, or that of the IPv6 fragment header.</summary>
    public uint FragmentId { get; init; }

    /// <summary>In bytes; the payload is then what lies there, without an L4 header when it is not 0.</summary>
    public int FragmentOffset { get; init; }
    public bool MoreFragments { get; init; }

    /// <summary>IPv4 options, a multiple of four bytes.</summary>
    public byte[] Options { get; init; } = [];

    /// <summary>
    /// IPv6 extension headers by their numbers, from the IPv6 header on. A fragment header is put at the end when the packet is a
    /// fragment and none is named; named for a whole packet it makes it an atomic fragment (RFC 6946).
    /// </summary>
    public byte[] Extensions { get; init; } = [];

    /// <summary>Replaces the number of what follows the fragment header, which only matters in the first part.</summary>
    public byte? NextAfterFragment { get; init; }

    /// <summary>UDP: sent without a checksum.</summary>
    public bool NoChecksum { get; init; }

    public bool V4 => Source.AddressFamily == AddressFamily.InterNetwork;

    public bool IsFragment => FragmentOffset != 0 || MoreFragments;

    private bool HasPorts => Protocol is Tcp or Udp or Sctp;

    private bool IsIcmp => Protocol is Icmp or IcmpV6;

    /// <summary>
    /// The first packet of a flow: from port 40000 to port 80, an echo request with identifier 77, or of a protocol without ports.
    /// </summary>
    public static Packet Between(IPAddress source, IPAddress destination, byte protocol = Tcp)
    {
        var packet = new Packet { Source = source, Destination = destination, Protocol = protocol };
        return packet.HasPorts ? packet with { SourcePort = 40000, DestinationPort = 80 }
            : packet.IsIcmp ? packet with { Type = protocol == Icmp ? (byte)8 : (byte)128, EchoId = 77, Payload = [1, 2, 3, 4] }
            : packet with { Payload = new byte[16] };
    }

    /// <summary>What the other end answers with: ends swapped, a full hop limit, a SYN acknowledged.</summary>
    public Packet Reply() => this with
    {
        Source = Destination,
        Destination = Source,
        SourcePort = DestinationPort,
        DestinationPort = SourcePort,
        Flags = TcpFlags.Syn | TcpFlags.Ack,
        Ttl = 64,
        Type = (Protocol, Type) switch { (Icmp, 8) => 0, (IcmpV6, 128) => 129, _ => Type },
    };

    /// <summary>The ICMP error with which <paramref name="from"/> tells this packet's sender about it.</summary>
    /// <param name="quote">How many bytes of this packet the error quotes; null: all.</param>
    public Packet Error(IPAddress from, byte type, byte code, ushort low = 0, int? quote = null) => new()
    {
        Source = from,
        Destination = Source,
        Protocol = V4 ? Icmp : IcmpV6,
        Type = type,
        Code = code,
        IcmpLow = low,
        Payload = quote is { } bytes ? ToBytes()[..bytes] : ToBytes(),
    };

    /// <summary>The packet that an ICMP error quotes, of which only the ports are sure to be there.</summary>
    public Packet Quoted => FromBytes(Payload, quoted: true);
}

[Flags]
internal enum TcpFlags : byte
{
    None = 0,
    Fin = 1,
    Syn = 2,
    Reset = 4,
    Ack = 16,
}
