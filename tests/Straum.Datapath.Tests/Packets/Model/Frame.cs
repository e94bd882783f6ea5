using System.Buffers.Binary;
using Straum.Linux;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>A frame that is changed in place, with the checksums over what changes kept as true as they were: RFC 1624.</summary>
internal sealed class Frame(byte[] bytes)
{
    private readonly HashSet<int> _sums = [];

    public byte[] Bytes { get; } = [.. bytes];

    public void SetMacs(MacAddress destination, MacAddress source)
    {
        destination.CopyTo(Bytes);
        source.CopyTo(Bytes.AsSpan(6));
    }

    /// <summary>Gives the packet other ends, in its headers as far as it has them.</summary>
    public void Rewrite(Sight sight, Ends to)
    {
        var l4 = sight.L4;
        int? sum = sight.IsLaterFragment ? null : sight.Ends.Protocol switch { Packet.Tcp => l4 + 16, Packet.Udp => l4 + 6, _ => sight.IsIcmp ? l4 + 2 : null };
        if (sight.Ends.Protocol == Packet.Udp && sum is { } at && Word(at) == 0)
        {
            sum = null;
        }
        WriteAddresses(sight, to, sight.V4 ? [sight.L3 + 10, sight.IsIcmp ? null : sum] : [sum]);
        if (!sight.IsLaterFragment)
        {
            WritePorts(sight, to, sum);
        }
        if (sight.Ends.Protocol == Packet.Udp && sum is { } field)
        {
            // RFC 768: zero would say that there is none.
            _sums.Remove(field);
            if (Word(field) == 0)
            {
                BinaryPrimitives.WriteUInt16BigEndian(Bytes.AsSpan(field), 0xffff);
            }
        }
    }

    /// <summary>The same for a packet that the ICMP error <paramref name="error"/> quotes. Its L4 checksum is nobody's business.</summary>
    public void RewriteQuoted(Sight error, Sight quoted, Ends to)
    {
        var sum = error.L4 + 2;
        WriteAddresses(quoted, to, quoted.V4 ? [quoted.L3 + 10] : [sum]);
        WritePorts(quoted, to, sum);
    }

    public void DecrementHopLimit(Sight sight)
    {
        if (!sight.V4)
        {
            Bytes[sight.L3 + 7]--;
            return;
        }
        var at = sight.L3 + 8;
        Write(at, (ushort)(Word(at) - 0x100), [sight.L3 + 10]);
    }

    /// <summary>
    /// Whether <paramref name="found"/> is this frame. A checksum has two forms of zero (RFC 1624), of which either is right where
    /// one was computed; but never for UDP, where they mean different things.
    /// </summary>
    public bool Matches(byte[] found)
    {
        if (found.Length != Bytes.Length)
        {
            return false;
        }
        var (mine, theirs) = ((byte[])[.. Bytes], (byte[])[.. found]);
        foreach (var at in _sums.Where(at => Word(mine, at) is 0 or 0xffff && Word(theirs, at) is 0 or 0xffff))
        {
            mine.AsSpan(at, 2).Clear();
            theirs.AsSpan(at, 2).Clear();
        }
        return mine.AsSpan().SequenceEqual(theirs);
    }

    private void WriteAddresses(Sight sight, Ends to, int?[] sums)
    {
        var (size, at) = sight.V4 ? (4, sight.L3 + 12) : (16, sight.L3 + 8);
        Span<byte> bytes = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, to.Source);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], to.Destination);
        for (var i = 0; i < size; i += 2)
        {
            Write(at + i, Word(bytes, 16 - size + i), sums);
            Write(at + size + i, Word(bytes, 32 - size + i), sums);
        }
    }

    private void WritePorts(Sight sight, Ends to, int? sum)
    {
        if (sight.Ends.Protocol is Packet.Tcp or Packet.Udp)
        {
            Write(sight.L4, to.SourcePort, [sum]);
            Write(sight.L4 + 2, to.DestinationPort, [sum]);
        }
        else if (sight.IsIcmp && sight.HasPort)
        {
            Write(sight.L4 + 4, to.SourcePort, [sum]);
        }
    }

    private void Write(int at, ushort value, int?[] sums)
    {
        var before = Word(at);
        BinaryPrimitives.WriteUInt16BigEndian(Bytes.AsSpan(at), value);
        foreach (var sum in sums.OfType<int>())
        {
            if (before == value)
            {
                continue;
            }
            var total = (uint)(ushort)~Word(sum) + (ushort)~before + value;
            total = (total & 0xffff) + (total >> 16);
            total = (total & 0xffff) + (total >> 16);
            BinaryPrimitives.WriteUInt16BigEndian(Bytes.AsSpan(sum), (ushort)~total);
            _sums.Add(sum);
        }
    }

    private ushort Word(int at) => Word(Bytes, at);

    private static ushort Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}
