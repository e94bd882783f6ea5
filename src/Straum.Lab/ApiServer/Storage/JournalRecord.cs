using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Straum.Lab.ApiServer.Storage;

/// <summary>What one journal record says.</summary>
internal enum JournalOperation : byte
{
    /// <summary>The object exists from this revision on, with this content.</summary>
    Put = 1,

    /// <summary>The object is gone; the content is its last state with the revision of the deletion.</summary>
    Delete = 2,

    /// <summary>The records before this one are the complete state at this revision, without history.</summary>
    Checkpoint = 3,
}

/// <summary>
/// One durable change. On disk a record is framed as length, CRC-32C of the payload and payload, all
/// little-endian; the payload is revision (8), operation (1), three strings with 16-bit byte lengths
/// (resource, namespace, name), then the object as UTF-8 JSON up to the end of the frame.
/// </summary>
/// <param name="Resource">Storage key of the kind, e.g. <c>deployments.apps</c>.</param>
/// <param name="Json">The object with its <c>metadata.resourceVersion</c>; empty for a checkpoint.</param>
internal readonly record struct JournalRecord(
    long Revision, JournalOperation Operation, string Resource, string Namespace, string Name, ReadOnlyMemory<byte> Json)
{
    /// <summary>Bytes in front of every payload.</summary>
    public const int FrameHeaderLength = 8;

    /// <summary>No object comes near this; a longer length can only be damage.</summary>
    public const int MaxPayloadLength = 64 << 20;

    public static JournalRecord Checkpoint(long revision) =>
        new(revision, JournalOperation.Checkpoint, "", "", "", default);

    /// <summary>Appends the framed record.</summary>
    public void WriteTo(ArrayBufferWriter<byte> output)
    {
        var payload = 9 + Length(Resource) + Length(Namespace) + Length(Name) + Json.Length;
        var frame = output.GetSpan(FrameHeaderLength + payload)[..(FrameHeaderLength + payload)];
        var rest = frame[FrameHeaderLength..];
        BinaryPrimitives.WriteInt64LittleEndian(rest, Revision);
        rest[8] = (byte)Operation;
        rest = rest[9..];
        WriteString(Resource, ref rest);
        WriteString(Namespace, ref rest);
        WriteString(Name, ref rest);
        Json.Span.CopyTo(rest);
        BinaryPrimitives.WriteInt32LittleEndian(frame, payload);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Crc32C.Compute(frame[FrameHeaderLength..]));
        output.Advance(frame.Length);
    }

    /// <summary>
    /// Reads the record at the start of <paramref name="data"/>. False when it is incomplete or damaged, which at the
    /// end of a journal means a write that a crash cut short.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> data, out JournalRecord record, out int consumed)
    {
        record = default;
        consumed = 0;
        if (data.Length < FrameHeaderLength)
        {
            return false;
        }
        var length = BinaryPrimitives.ReadInt32LittleEndian(data.Span);
        if (length is < 15 or > MaxPayloadLength || length > data.Length - FrameHeaderLength)
        {
            return false;
        }
        var payload = data.Slice(FrameHeaderLength, length);
        if (Crc32C.Compute(payload.Span) != BinaryPrimitives.ReadUInt32LittleEndian(data.Span[4..]))
        {
            return false;
        }
        var rest = payload[9..];
        if (!TryReadString(ref rest, out var resource) || !TryReadString(ref rest, out var ns) || !TryReadString(ref rest, out var name))
        {
            return false;
        }
        record = new JournalRecord(
            BinaryPrimitives.ReadInt64LittleEndian(payload.Span), (JournalOperation)payload.Span[8], resource, ns, name, rest);
        consumed = FrameHeaderLength + length;
        return true;
    }

    private static int Length(string text) => 2 + Encoding.UTF8.GetByteCount(text);

    private static void WriteString(string text, ref Span<byte> output)
    {
        var written = Encoding.UTF8.GetBytes(text, output[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(output, checked((ushort)written));
        output = output[(2 + written)..];
    }

    private static bool TryReadString(ref ReadOnlyMemory<byte> input, out string text)
    {
        text = "";
        if (input.Length < 2)
        {
            return false;
        }
        var length = BinaryPrimitives.ReadUInt16LittleEndian(input.Span);
        if (input.Length - 2 < length)
        {
            return false;
        }
        text = Encoding.UTF8.GetString(input.Span.Slice(2, length));
        input = input[(2 + length)..];
        return true;
    }
}
