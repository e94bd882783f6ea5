using System.Buffers.Binary;

namespace Straum.Datapath.Tests.Packets;

internal sealed partial record Packet
{
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
        return V4 ? WithHeaderV4(l4) : WithHeaderV6(l4);
    }

    private byte[] WithHeaderV4(byte[] l4)
    {
        var header = 20 + Options.Length;
        var bytes = new byte[header + l4.Length];
        bytes[0] = (byte)(0x40 | header / 4);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)FragmentId);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)(FragmentOffset / 8 | (MoreFragments ? 0x2000 : 0)));
        bytes[8] = Ttl;
        bytes[9] = Protocol;
        Source.TryWriteBytes(bytes.AsSpan(12), out _);
        Destination.TryWriteBytes(bytes.AsSpan(16), out _);
        Options.CopyTo(bytes, 20);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), Checksum(bytes.AsSpan(0, header), 0));
        l4.CopyTo(bytes, header);
        return bytes;
    }

    private byte[] WithHeaderV6(byte[] l4)
    {
        var chain = IsFragment && !Extensions.Contains(FragmentHeader) ? [.. Extensions, FragmentHeader] : Extensions;
        var headers = new List<byte>();
        for (var i = 0; i < chain.Length; i++)
        {
            var next = i + 1 < chain.Length ? chain[i + 1] : Protocol;
            headers.AddRange(Extension(chain[i], next));
        }

        var bytes = new byte[40 + headers.Count + l4.Length];
        bytes[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)(headers.Count + l4.Length));
        bytes[6] = chain.Length > 0 ? chain[0] : Protocol;
        bytes[7] = Ttl;
        Source.TryWriteBytes(bytes.AsSpan(8), out _);
        Destination.TryWriteBytes(bytes.AsSpan(24), out _);
        headers.CopyTo(bytes, 40);
        l4.CopyTo(bytes, 40 + headers.Count);
        return bytes;
    }

    private byte[] Extension(byte type, byte next)
    {
        switch (type)
        {
            case FragmentHeader:
                var fragment = new byte[8];
                fragment[0] = NextAfterFragment ?? next;
                BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(2), (ushort)(FragmentOffset | (MoreFragments ? 1 : 0)));
                BinaryPrimitives.WriteUInt32BigEndian(fragment.AsSpan(4), FragmentId);
                return fragment;
            case Authentication:
                // Counted in four bytes, less two: 12 bytes and a check value of 12.
                return [next, 4, .. new byte[22]];
            case Routing:
                // Type 4 without segments left: the packet is where it was to be.
                return [next, 0, 4, 0, 0, 0, 0, 0];
            default:
                // Sixteen bytes, filled by one PadN.
                return [next, 1, 1, 12, .. new byte[12]];
        }
    }

    private byte[] L4()
    {
        var bytes = new byte[(Protocol switch { Tcp => 20, Udp or Icmp or IcmpV6 => 8, Sctp => 12, _ => 0 }) + Payload.Length];
        Payload.CopyTo(bytes, bytes.Length - Payload.Length);
        if (IsIcmp)
        {
            bytes[0] = Type;
            bytes[1] = Code;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), EchoId);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), IcmpLow);
        }
        else if (HasPorts)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, SourcePort);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), DestinationPort);
        }
        if (Protocol == Tcp)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), Sequence);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), Acknowledge);
            bytes[12] = 5 << 4;
            bytes[13] = (byte)Flags;
        }
        if (Protocol == Udp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)bytes.Length);
        }
        if (ChecksumOffset is { } at && !NoChecksum)
        {
            var sum = Checksum(bytes, PseudoSum(bytes.Length));
            // RFC 768: a sum of zero is sent as its other form, for zero says that there is none.
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), Protocol == Udp && sum == 0 ? (ushort)0xffff : sum);
        }
        return bytes;
    }

    private int? ChecksumOffset => Protocol switch { Tcp => 16, Udp => 6, Icmp or IcmpV6 => 2, _ => null };

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
