using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Straum.Doctor.Hosts;

/// <summary>What differs between ICMP (RFC 792) and ICMPv6 (RFC 4443) for echoes.</summary>
internal abstract class EchoWire
{
    // linux/in.h and linux/in6.h: IP_MTU_DISCOVER is option 10 of level 0, IPV6_MTU_DISCOVER 23 of level 41; 3 sets "don't fragment" and ignores what is known of the path.
    private const int PmtuDiscoverProbe = 3;

    public static EchoWire V4 { get; } = new Icmp4();

    public static EchoWire V6 { get; } = new Icmp6();

    public abstract byte Request { get; }

    /// <summary>The family's address for "anybody".</summary>
    public abstract IPAddress Any { get; }

    /// <summary>Bytes before the ICMP header on the wire.</summary>
    public abstract int IpHeader { get; }

    public abstract Socket Open();

    /// <summary>Writes the checksum where the kernel does not.</summary>
    public abstract void Seal(Span<byte> packet);

    /// <summary>An echo reply to <paramref name="id"/>, or a router's word that one of its packets was too big; else null.</summary>
    public abstract (ushort Sequence, int? TooBigFor)? Read(ReadOnlySpan<byte> received, ushort id);

    private static (ushort, int?)? ReadEcho(ReadOnlySpan<byte> icmp, byte type, ushort id, int? tooBigFor) =>
        icmp.Length >= 8 && icmp[0] == type && BinaryPrimitives.ReadUInt16BigEndian(icmp[4..]) == id
            ? (BinaryPrimitives.ReadUInt16BigEndian(icmp[6..]), tooBigFor)
            : null;

    private sealed class Icmp4 : EchoWire
    {
        private const byte EchoReply = 0, Unreachable = 3, EchoRequest = 8;
        private const byte FragmentationNeeded = 4;

        public override byte Request => EchoRequest;

        public override IPAddress Any => IPAddress.Any;

        public override int IpHeader => 20;

        public override Socket Open()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp);
            socket.SetRawSocketOption(0, 10, BitConverter.GetBytes(PmtuDiscoverProbe));
            return socket;
        }

        public override void Seal(Span<byte> packet)
        {
            uint sum = 0;
            for (var i = 0; i < packet.Length; i += 2)
            {
                sum += i + 1 < packet.Length ? BinaryPrimitives.ReadUInt16BigEndian(packet[i..]) : (uint)packet[i] << 8;
            }
            sum = (sum & 0xFFFF) + (sum >> 16);
            sum = (sum & 0xFFFF) + (sum >> 16);
            BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)~sum);
        }

        public override (ushort Sequence, int? TooBigFor)? Read(ReadOnlySpan<byte> received, ushort id)
        {
            // Raw IPv4 sockets deliver the IP header too.
            var icmp = AfterHeader(received);
            return icmp.Length >= 8 && icmp[0] == Unreachable && icmp[1] == FragmentationNeeded
                ? ReadEcho(AfterHeader(icmp[8..]), EchoRequest, id, BinaryPrimitives.ReadUInt16BigEndian(icmp[6..]))
                : ReadEcho(icmp, EchoReply, id, null);
        }

        private static ReadOnlySpan<byte> AfterHeader(ReadOnlySpan<byte> packet) =>
            packet.Length >= 20 && (packet[0] & 0xF) * 4 is var length && length <= packet.Length ? packet[length..] : [];
    }

    private sealed class Icmp6 : EchoWire
    {
        private const byte PacketTooBig = 2, EchoRequest = 128, EchoReply = 129;

        public override byte Request => EchoRequest;

        public override IPAddress Any => IPAddress.IPv6Any;

        public override int IpHeader => 40;

        public override Socket Open()
        {
            var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6);
            socket.SetRawSocketOption(41, 23, BitConverter.GetBytes(PmtuDiscoverProbe));
            return socket;
        }

        public override void Seal(Span<byte> packet)
        {
            // The kernel computes it, over a pseudo header that only it knows in time (RFC 3542 section 3.1).
        }

        public override (ushort Sequence, int? TooBigFor)? Read(ReadOnlySpan<byte> received, ushort id) =>
            received.Length >= 48 && received[0] == PacketTooBig
                ? ReadEcho(received[48..], EchoRequest, id, (int)BinaryPrimitives.ReadUInt32BigEndian(received[4..]))
                : ReadEcho(received, EchoReply, id, null);
    }
}
