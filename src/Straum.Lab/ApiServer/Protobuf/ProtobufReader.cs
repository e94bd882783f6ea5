using System.Text;

namespace Straum.Lab.ApiServer.Protobuf;

/// <summary>Reads the fields of one protobuf message (the encoding of proto2, without groups).</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    /// <summary>The field that was read: its number.</summary>
    public int Number { get; private set; }

    /// <summary>Its value when it is a varint or fixed-size.</summary>
    public ulong Value { get; private set; }

    /// <summary>Its bytes when it has a length: text, bytes or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Whether it has a length.</summary>
    public bool HasBytes { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Reads the next field. False at the end; throws <see cref="FormatException"/> when it is cut off.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }
        var tag = Varint();
        Number = tag >> 3 <= int.MaxValue ? (int)(tag >> 3) : throw new FormatException("protobuf: field number too large");
        Bytes = default;
        HasBytes = false;
        switch (tag & 7)
        {
            case 0:
                Value = Varint();
                break;
            case 1:
                Value = BitConverter.ToUInt64(Take(8));
                break;
            case 2:
                Bytes = Take(Varint());
                HasBytes = true;
                break;
            case 5:
                Value = BitConverter.ToUInt32(Take(4));
                break;
            default:
                throw new FormatException($"protobuf: wire type {tag & 7}");
        }
        return true;
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var octet = Take(1)[0];
            value |= (ulong)(octet & 0x7f) << shift;
            if (octet < 0x80)
            {
                return value;
            }
        }
        throw new FormatException("protobuf: varint too long");
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw new FormatException("protobuf: cut off");
        }
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }
}
