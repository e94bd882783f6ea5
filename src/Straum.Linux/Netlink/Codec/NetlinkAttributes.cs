using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static Straum.Linux.Interop.NetlinkHeader;

namespace Straum.Linux.Netlink.Codec;

/// <summary>
/// The attributes of a message or of a nested attribute, in order: <c>while (attributes.MoveNext())</c>. Unknown types are
/// for the caller to skip: a newer kernel sends more than any program knows.
/// </summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Without the nested and byte-order flags.</summary>
    public ushort Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Splits a message into the family's fixed header and its attributes.</summary>
    /// <exception cref="InvalidDataException">The message is shorter than the header.</exception>
    public static NetlinkAttributes After<T>(ReadOnlySpan<byte> payload, out T header) where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        if (payload.Length < size)
        {
            throw new InvalidDataException($"netlink: {payload.Length} bytes where {typeof(T).Name} needs {size}");
        }
        header = MemoryMarshal.Read<T>(payload);
        return new NetlinkAttributes(payload[Math.Min(NetlinkWriter.Align(size), payload.Length)..]);
    }

    /// <exception cref="InvalidDataException">A length runs past the message.</exception>
    public bool MoveNext()
    {
        if (_rest.Length < NLA_HDRLEN)
        {
            return false;
        }
        var length = MemoryMarshal.Read<ushort>(_rest);
        if (length < NLA_HDRLEN || length > _rest.Length)
        {
            throw new InvalidDataException($"netlink: an attribute of {length} bytes in {_rest.Length}");
        }
        Type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER));
        Value = _rest[NLA_HDRLEN..length];
        _rest = _rest[Math.Min(NetlinkWriter.Align(length), _rest.Length)..];
        return true;
    }

    public readonly NetlinkAttributes Nested => new(Value);

    public readonly byte Byte => Read<byte>();

    public readonly ushort UInt16 => Read<ushort>();

    public readonly uint UInt32 => Read<uint>();

    public readonly int Int32 => Read<int>();

    public readonly T Read<T>() where T : unmanaged => Value.Length >= Unsafe.SizeOf<T>()
        ? MemoryMarshal.Read<T>(Value)
        : throw new InvalidDataException($"netlink: attribute {Type} has {Value.Length} bytes, expected {Unsafe.SizeOf<T>()}");

    /// <summary>Text up to the first zero byte.</summary>
    public readonly string Text
    {
        get
        {
            var end = Value.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
        }
    }

    public readonly IPAddress Address => ToAddress(Value);

    /// <summary>The address inside struct rtvia.</summary>
    public readonly IPAddress Via => ToAddress(Value.Length > sizeof(ushort) ? Value[sizeof(ushort)..] : default);

    /// <summary><c>null</c> for devices whose addresses are not Ethernet's, such as IP tunnels.</summary>
    public readonly MacAddress? Mac => Value.Length == MacAddress.Length ? new MacAddress(Value) : null;

    private readonly IPAddress ToAddress(ReadOnlySpan<byte> bytes) => bytes.Length is 4 or 16
        ? new IPAddress(bytes)
        : throw new InvalidDataException($"netlink: attribute {Type} is no IP address, it has {bytes.Length} bytes");
}
