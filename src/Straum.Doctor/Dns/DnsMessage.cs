using System.Buffers.Binary;
using System.Text;

namespace Straum.Doctor.Dns;

/// <summary>The few bytes of RFC 1035 that asking and counting take: one question out, the header of the reply back.</summary>
internal static class DnsMessage
{
    public const int HeaderLength = 12;
    private const ushort RecursionDesired = 0x0100, Response = 0x8000, Truncation = 0x0200;
    private const ushort ClassIn = 1;

    /// <summary>A query for one name, recursion desired.</summary>
    /// <exception cref="FormatException">The name has an empty label or one of more than 63 bytes.</exception>
    public static byte[] Query(ushort id, DnsQuestion question)
    {
        var name = EncodeName(question.Name);
        var message = new byte[HeaderLength + name.Length + 4];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), 1);
        name.CopyTo(message.AsSpan(HeaderLength));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(HeaderLength + name.Length), (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(HeaderLength + name.Length + 2), ClassIn);
        return message;
    }

    /// <summary>Returns <c>false</c> for what is no reply to <paramref name="query"/>: another id, another question, a query.</summary>
    public static bool TryReadReply(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> query, out DnsCode code, out int answers, out bool truncated)
    {
        code = default;
        answers = 0;
        truncated = false;
        if (reply.Length < HeaderLength || !reply[..2].SequenceEqual(query[..2]))
        {
            return false;
        }
        var flags = BinaryPrimitives.ReadUInt16BigEndian(reply[2..]);
        if ((flags & Response) == 0)
        {
            return false;
        }
        // A server that refuses may leave the question out; one that repeats it must repeat ours.
        if (BinaryPrimitives.ReadUInt16BigEndian(reply[4..]) == 1
            && !reply[HeaderLength..].StartsWith(query[HeaderLength..]))
        {
            return false;
        }
        code = (DnsCode)(flags & 0xF);
        answers = BinaryPrimitives.ReadUInt16BigEndian(reply[6..]);
        truncated = (flags & Truncation) != 0;
        return true;
    }

    private static byte[] EncodeName(string name)
    {
        var labels = name.TrimEnd('.').Split('.');
        using var bytes = new MemoryStream();
        foreach (var label in labels)
        {
            var text = Encoding.ASCII.GetBytes(label);
            if (text.Length is 0 or > 63)
            {
                throw new FormatException($"'{name}' is no domain name");
            }
            bytes.WriteByte((byte)text.Length);
            bytes.Write(text);
        }
        bytes.WriteByte(0);
        return bytes.ToArray();
    }
}
