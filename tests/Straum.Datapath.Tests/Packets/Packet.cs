using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Straum.Linux;

namespace Straum.Datapath.Tests.Packets;

/// <summary>
/// Builds Ethernet frames with true checksums, and reads them back. Written against the RFCs and not against
/// bpf/lib, so that the two can disagree.
/// </summary>
internal sealed record Packet
{
    public const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58, Sctp = 132;

    public MacAddress SourceMac { get; init; } = MacAddress.Parse("02:00:00:00:00:01");
    public MacAddress DestinationMac { get; init; } = MacAddress.Parse("02:00:00:00:00:02");
    public required IPAddress Source { get; init; }
    public required IPAddress Destination { get; init; }
    public byte Protocol { get; init; } = Tcp;
    public ushort SourcePort { get; init; }
    public ushort DestinationPort { get; init; }
    public byte Ttl { get; init; } = 64;
    public TcpFlags Flags { get; init; } = TcpFlags.Syn;

    /// <summary>ICMP and ICMPv6.</summary>
    public byte Type { get; init; }
    public byte Code { get; init; }
    public ushort EchoId { get; init; }

    /// <summary>After the L4 header; of an ICMP error, the packet that it quotes.</summary>
    public byte[] Payload { get; init; } = [];

    /// <summary>IPv4 identification, or that of the IPv6 fragment header.</summary>
    public uint FragmentId { get; init; }

    /// <summary>In bytes; the payload is then what lies there, without an L4 header when it is not 0.</summary>
    public int FragmentOffset { get; init; }
    public bool MoreFragments { get; init; }

    private bool V4 => Source.AddressFamily == AddressFamily.InterNetwork;
    private bool IsFragment => FragmentOffset != 0 || MoreFragments;

    public byte[] ToFrame()
    {
        var l3 = ToBytes();
        var frame = new byte[14 + l3.Length];
        DestinationMac.CopyTo(frame);
        SourceMac.CopyTo(frame.AsSpan(6));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), (ushort)(V4 ? 0x0800 : 0x86dd));
        l3.CopyTo(frame, 14);
        return frame;
    }

    /// <summary>From the IP header on.</summary>
    public byte[] ToBytes()
    {
        var l4 = FragmentOffset != 0 ? Payload : L4();
        var extension = !V4 && IsFragment ? 8 : 0;
        var header = (V4 ? 20 : 40) + extension;
        var bytes = new byte[header + l4.Length];
        if (V4)
        {
            bytes[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)bytes.Length);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)FragmentId);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)(FragmentOffset / 8 | (MoreFragments ? 0x2000 : 0)));
            bytes[8] = Ttl;
            bytes[9] = Protocol;
            Source.TryWriteBytes(bytes.AsSpan(12), out _);
            Destination.TryWriteBytes(bytes.AsSpan(16), out _);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), Checksum(bytes.AsSpan(0, 20), 0));
        }
        else
        {
            bytes[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)(l4.Length + extension));
            bytes[6] = extension > 0 ? (byte)44 : Protocol;
            bytes[7] = Ttl;
            Source.TryWriteBytes(bytes.AsSpan(8), out _);
            Destination.TryWriteBytes(bytes.AsSpan(24), out _);
            if (extension > 0)
            {
                bytes[40] = Protocol;
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(42), (ushort)(FragmentOffset | (MoreFragments ? 1 : 0)));
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(44), FragmentId);
            }
        }
        l4.CopyTo(bytes, header);
        return bytes;
    }

    /// <summary>Reads a frame; throws when a checksum is wrong (fragments and quoted packets excepted).</summary>
    public static Packet FromFrame(ReadOnlySpan<byte> frame)
    {
        var packet = FromBytes(frame[14..], quoted: false);
        return packet with { DestinationMac = new MacAddress(frame[..6]), SourceMac = new MacAddress(frame[6..12]) };
    }

    /// <summary>The packet that an ICMP error quotes, of which only the ports are sure to be there.</summary>
    public Packet Quoted => FromBytes(Payload, quoted: true);

    private static Packet FromBytes(ReadOnlySpan<byte> ip, bool quoted)
    {
        var v4 = ip[0] >> 4 == 4;
        var header = v4 ? (ip[0] & 15) * 4 : 40;
        var length = v4 ? BinaryPrimitives.ReadUInt16BigEndian(ip[2..]) : 40 + BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        if (v4)
        {
            Checksum(ip[..header], 0).ShouldBe((ushort)0, "IPv4 header checksum");
        }
        var proto = ip[v4 ? 9 : 6];
        var offset = v4 ? (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x1fff) * 8 : 0;
        var more = v4 && (ip[6] & 0x20) != 0;
        var id = v4 ? BinaryPrimitives.ReadUInt16BigEndian(ip[4..]) : 0u;
        if (!v4 && proto == 44)
        {
            proto = ip[40];
            offset = BinaryPrimitives.ReadUInt16BigEndian(ip[42..]) & 0xfff8;
            more = (ip[43] & 1) != 0;
            id = BinaryPrimitives.ReadUInt32BigEndian(ip[44..]);
            header += 8;
        }
        var packet = new Packet
        {
            Source = new IPAddress(v4 ? ip[12..16] : ip[8..24]),
            Destination = new IPAddress(v4 ? ip[16..20] : ip[24..40]),
            Protocol = proto,
            Ttl = ip[v4 ? 8 : 7],
            FragmentId = id,
            FragmentOffset = offset,
            MoreFragments = more,
        };
        var l4 = ip[header..Math.Min(length, ip.Length)];
        if (!quoted && offset == 0 && !more)
        {
            packet.VerifyL4(l4);
        }
        return offset != 0 ? packet with { Payload = l4.ToArray() } : packet.WithL4(l4);
    }

    private Packet WithL4(ReadOnlySpan<byte> l4) => Protocol switch
    {
        Icmp or IcmpV6 => this with
        {
            Type = l4[0],
            Code = l4[1],
            EchoId = BinaryPrimitives.ReadUInt16BigEndian(l4[4..]),
            Payload = l4[8..].ToArray(),
        },
        Tcp or Udp or Sctp => this with
        {
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(l4),
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(l4[2..]),
            Flags = Protocol == Tcp && l4.Length > 13 ? (TcpFlags)l4[13] : default,
            Payload = l4[Math.Min(l4.Length, Protocol switch { Tcp => 20, Udp => 8, _ => 12 })..].ToArray(),
        },
        _ => this with { Payload = l4.ToArray() },
    };

    private byte[] L4()
    {
        var bytes = new byte[(Protocol switch { Tcp => 20, Udp or Icmp or IcmpV6 => 8, Sctp => 12, _ => 0 }) + Payload.Length];
        Payload.CopyTo(bytes, bytes.Length - Payload.Length);
        if (Protocol is Icmp or IcmpV6)
        {
            bytes[0] = Type;
            bytes[1] = Code;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), EchoId);
        }
        else if (Protocol is Tcp or Udp or Sctp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, SourcePort);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), DestinationPort);
        }
        if (Protocol == Tcp)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), 1000);
            bytes[12] = 5 << 4;
            bytes[13] = (byte)Flags;
        }
        if (Protocol == Udp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)bytes.Length);
        }
        if (ChecksumOffset is { } at)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), Checksum(bytes, PseudoSum(bytes.Length)));
        }
        return bytes;
    }

    private int? ChecksumOffset => Protocol switch { Tcp => 16, Udp => 6, Icmp or IcmpV6 => 2, _ => null };

    private void VerifyL4(ReadOnlySpan<byte> l4)
    {
        if (ChecksumOffset is not null)
        {
            Checksum(l4, PseudoSum(l4.Length)).ShouldBe((ushort)0, $"L4 checksum of protocol {Protocol}");
        }
    }

    private uint PseudoSum(int length)
    {
        if (Protocol == Icmp)
        {
            return 0;
        }
        return Sum(Source.GetAddressBytes()) + Sum(Destination.GetAddressBytes()) + Protocol + (uint)length;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (var i = 0; i < bytes.Length; i += 2)
        {
            sum += (uint)(bytes[i] << 8 | (i + 1 < bytes.Length ? bytes[i + 1] : 0));
        }
        return sum;
    }

    // RFC 1071.
    private static ushort Checksum(ReadOnlySpan<byte> bytes, uint sum)
    {
        sum += Sum(bytes);
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (ushort)~sum;
    }
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
