using System.Buffers.Binary;
using System.Net;
using Straum.Linux;

namespace Straum.Datapath.Tests.Packets;

internal sealed partial record Packet
{
    /// <summary>Reads a frame; throws when a checksum is wrong (fragments and quoted L4 headers excepted).</summary>
    public static Packet FromFrame(ReadOnlySpan<byte> frame)
    {
        var packet = FromBytes(frame[14..], quoted: false);
        return packet with { DestinationMac = new MacAddress(frame[..6]), SourceMac = new MacAddress(frame[6..12]) };
    }

    private static Packet FromBytes(ReadOnlySpan<byte> ip, bool quoted)
    {
        var packet = ip[0] >> 4 == 4 ? FromHeaderV4(ip, out var l4) : FromHeaderV6(ip, out l4);
        if (packet.FragmentOffset != 0)
        {
            return packet with { Payload = l4.ToArray() };
        }
        if (!quoted && !packet.MoreFragments)
        {
            packet.VerifyL4(l4);
        }
        return packet.WithL4(l4);
    }

    private static Packet FromHeaderV4(ReadOnlySpan<byte> ip, out ReadOnlySpan<byte> l4)
    {
        var header = (ip[0] & 15) * 4;
        var length = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        Checksum(ip[..header], 0).ShouldBe((ushort)0, "IPv4 header checksum");
        l4 = ip[header..Math.Min(length, ip.Length)];
        return new Packet
        {
            Source = new IPAddress(ip[12..16]),
            Destination = new IPAddress(ip[16..20]),
            Protocol = ip[9],
            Ttl = ip[8],
            Options = ip[20..header].ToArray(),
            FragmentId = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]),
            FragmentOffset = (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x1fff) * 8,
            MoreFragments = (ip[6] & 0x20) != 0,
        };
    }

    private static Packet FromHeaderV6(ReadOnlySpan<byte> ip, out ReadOnlySpan<byte> l4)
    {
        var length = 40 + BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        var packet = new Packet { Source = new IPAddress(ip[8..24]), Destination = new IPAddress(ip[24..40]), Ttl = ip[7] };
        var (next, at, chain) = (ip[6], 40, new List<byte>());
        while (next is HopByHop or Routing or DestinationOptions or Authentication or FragmentHeader && packet.FragmentOffset == 0)
        {
            chain.Add(next);
            if (next == FragmentHeader)
            {
                packet = packet with
                {
                    FragmentOffset = BinaryPrimitives.ReadUInt16BigEndian(ip[(at + 2)..]) & 0xfff8,
                    MoreFragments = (ip[at + 3] & 1) != 0,
                    FragmentId = BinaryPrimitives.ReadUInt32BigEndian(ip[(at + 4)..]),
                };
            }
            var size = next switch { FragmentHeader => 8, Authentication => (ip[at + 1] + 2) * 4, _ => (ip[at + 1] + 1) * 8 };
            next = ip[at];
            at += size;
        }
        l4 = ip[at..Math.Min(length, ip.Length)];
        return packet with { Protocol = next, Extensions = [.. chain] };
    }

    private Packet WithL4(ReadOnlySpan<byte> l4) => Protocol switch
    {
        Icmp or IcmpV6 => this with
        {
            Type = l4[0],
            Code = l4[1],
            EchoId = BinaryPrimitives.ReadUInt16BigEndian(l4[4..]),
            IcmpLow = BinaryPrimitives.ReadUInt16BigEndian(l4[6..]),
            Payload = l4[8..].ToArray(),
        },
        Tcp or Udp or Sctp => this with
        {
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(l4),
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(l4[2..]),
            Sequence = Protocol == Tcp && l4.Length > 7 ? BinaryPrimitives.ReadUInt32BigEndian(l4[4..]) : 0,
            Acknowledge = Protocol == Tcp && l4.Length > 11 ? BinaryPrimitives.ReadUInt32BigEndian(l4[8..]) : 0,
            Flags = Protocol == Tcp && l4.Length > 13 ? (TcpFlags)l4[13] : default,
            NoChecksum = Protocol == Udp && l4.Length > 7 && l4[6] == 0 && l4[7] == 0,
            Payload = l4[Math.Min(l4.Length, Protocol switch { Tcp => 20, Udp => 8, _ => 12 })..].ToArray(),
        },
        _ => this with { Payload = l4.ToArray() },
    };

    private void VerifyL4(ReadOnlySpan<byte> l4)
    {
        var unchecked_ = Protocol == Udp && l4[6] == 0 && l4[7] == 0;
        if (ChecksumOffset is not null && !unchecked_)
        {
            Checksum(l4, PseudoSum(l4.Length)).ShouldBe((ushort)0, $"L4 checksum of protocol {Protocol}");
        }
    }
}
