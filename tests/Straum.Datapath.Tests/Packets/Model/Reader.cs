using System.Buffers.Binary;
using System.Collections.Immutable;
using Straum.Datapath.Abi;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>The name of a datagram that is sent in parts: RFC 791, RFC 8200 4.5.</summary>
internal readonly record struct DatagramName(UInt128 Source, UInt128 Destination, uint Id, byte Protocol);

/// <summary>What the first part of a datagram shows, for the later ones.</summary>
internal readonly record struct DatagramStart(ushort SourcePort, ushort DestinationPort, byte Protocol);

/// <summary>Reads headers as the RFCs lay them out, and remembers the first parts of datagrams.</summary>
internal sealed class Reader(byte[] frame, ImmutableDictionary<DatagramName, DatagramStart> starts)
{
    private const int MostExtensions = 6;

    /// <summary>As after the packet.</summary>
    public ImmutableDictionary<DatagramName, DatagramStart> Starts { get; private set; } = starts;

    /// <summary>The packet at <paramref name="l3"/>; as far as it was read when a fault is found.</summary>
    /// <param name="l3">Where its IP header begins.</param>
    /// <param name="v4">Which family it is said to be of.</param>
    /// <param name="quoted">An ICMP error quotes it: 8 bytes of what follows its headers are enough, and of parts only first ones count.</param>
    public (Sight Sight, DropReason Fault) Read(int l3, bool v4, bool quoted = false) => v4 ? ReadV4(l3, quoted) : ReadV6(l3, quoted);

    private (Sight, DropReason) ReadV4(int l3, bool quoted)
    {
        if (!Has(l3, 20) || frame[l3] >> 4 != 4 || (frame[l3] & 15) < 5)
        {
            return (new Sight { V4 = true }, DropReason.Truncated);
        }
        var sight = new Sight
        {
            V4 = true,
            Ends = new Ends(Mapped(l3 + 12), Mapped(l3 + 16), 0, 0, frame[l3 + 9]),
            L3 = l3,
            L4 = l3 + (frame[l3] & 15) * 4,
            HopLimit = frame[l3 + 8],
        };
        var (offset, more) = (Word(l3 + 6) & 0x1fff, (Word(l3 + 6) & 0x2000) != 0);
        var name = new DatagramName(sight.Ends.Source, sight.Ends.Destination, Word(l3 + 4), sight.Ends.Protocol);
        return ReadPart(sight, offset != 0, more, name, quoted);
    }

    private (Sight, DropReason) ReadV6(int l3, bool quoted)
    {
        if (!Has(l3, 40) || frame[l3] >> 4 != 6)
        {
            return (new Sight(), DropReason.Truncated);
        }
        var (source, destination) = (BinaryPrimitives.ReadUInt128BigEndian(frame.AsSpan(l3 + 8)), BinaryPrimitives.ReadUInt128BigEndian(frame.AsSpan(l3 + 24)));
        var sight = new Sight { L3 = l3, HopLimit = frame[l3 + 7], Ends = new Ends(source, destination, 0, 0, 0) };
        var (next, at, offset, more, id) = (frame[l3 + 6], l3 + 40, 0, false, 0u);
        for (var count = 0; IsExtension(next) && offset == 0; count++)
        {
            if (count == MostExtensions)
            {
                return (sight, DropReason.ExtensionHeaders);
            }
            if (!Has(at, next == Packet.FragmentHeader ? 8 : 2))
            {
                return (sight, DropReason.Truncated);
            }
            if (next == Packet.FragmentHeader)
            {
                (offset, more, id) = (Word(at + 2) & 0xfff8, (Word(at + 2) & 1) != 0, BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(at + 4)));
            }
            var size = next switch { Packet.FragmentHeader => 8, Packet.Authentication => (frame[at + 1] + 2) * 4, _ => (frame[at + 1] + 1) * 8 };
            (next, at) = (frame[at], at + size);
        }
        sight = sight with { L4 = at, Ends = sight.Ends with { Protocol = next } };
        return ReadPart(sight, offset != 0, more, new DatagramName(source, destination, id, 0), quoted);
    }

    private (Sight, DropReason) ReadPart(Sight sight, bool later, bool more, DatagramName name, bool quoted)
    {
        if (later)
        {
            sight = sight with { IsLaterFragment = true };
            return quoted || !Starts.TryGetValue(name, out var start)
                ? (sight with { PortsKnown = false }, DropReason.None)
                : (sight with { Ends = sight.Ends with { SourcePort = start.SourcePort, DestinationPort = start.DestinationPort, Protocol = start.Protocol } }, DropReason.None);
        }
        var (read, fault) = ReadL4(sight, quoted);
        if (more && !quoted && fault == DropReason.None)
        {
            Starts = Starts.SetItem(name, new DatagramStart(read.Ends.SourcePort, read.Ends.DestinationPort, read.Ends.Protocol));
        }
        return (read, fault);
    }

    private (Sight, DropReason) ReadL4(Sight sight, bool quoted)
    {
        var at = sight.L4;
        if (sight.IsIcmp)
        {
            if (!Has(at, 8))
            {
                return (sight, DropReason.Truncated);
            }
            var type = frame[at];
            var query = sight.V4 ? type is 0 or 8 or (>= 13 and <= 18) : type is 128 or 129;
            var (first, second) = query ? (Word(at + 4), Word(at + 4)) : ((ushort)(type << 8), (ushort)~(type << 8));
            return (sight with { IcmpType = type, Ends = sight.Ends with { SourcePort = first, DestinationPort = second } }, DropReason.None);
        }
        if (sight.Ends.Protocol is not (Packet.Tcp or Packet.Udp or Packet.Sctp))
        {
            return (sight, DropReason.None);
        }
        if (!Has(at, sight.Ends.Protocol == Packet.Tcp && !quoted ? 20 : 8))
        {
            return (sight, DropReason.Truncated);
        }
        sight = sight with { Ends = sight.Ends with { SourcePort = Word(at), DestinationPort = Word(at + 2) } };
        if (sight.Ends.Protocol == Packet.Tcp && !quoted)
        {
            var flags = (TcpFlags)frame[at + 13];
            sight = sight with
            {
                Opens = (flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn,
                Fin = flags.HasFlag(TcpFlags.Fin),
                Reset = flags.HasFlag(TcpFlags.Reset),
            };
        }
        return (sight, DropReason.None);
    }

    private static bool IsExtension(byte next) =>
        next is Packet.HopByHop or Packet.Routing or Packet.FragmentHeader or Packet.Authentication or Packet.DestinationOptions;

    private bool Has(int at, int size) => at + size <= frame.Length;

    private ushort Word(int at) => BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(at));

    private UInt128 Mapped(int at) => new(0, 0xffff_0000_0000UL | BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(at)));
}
