using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static Straum.Linux.Interop.NetlinkHeader;

namespace Straum.Linux.Netlink.Codec;

/// <summary>
/// Writes one netlink message into memory that the caller provides: header, the family's fixed header, then attributes,
/// each padded to four bytes. Numbers are host byte order unless an attribute says otherwise.
/// </summary>
internal ref struct NetlinkWriter
{
    /// <summary>Enough for every request of this library; asking for more than was given throws.</summary>
    public const int Capacity = 1024;

    private readonly Span<byte> _buffer;
    private int _length;

    public NetlinkWriter(Span<byte> buffer, ushort type, int flags)
    {
        _buffer = buffer;
        Write(new NetlinkMessageHeader { Type = type, Flags = (ushort)(flags | NLM_F_REQUEST) });
    }

    /// <summary>A nested attribute that is still open; it must be given back to <see cref="EndNest"/>.</summary>
    public readonly struct Nest(int start)
    {
        public int Start { get; } = start;
    }

    /// <summary>Writes a fixed header, such as struct ifinfomsg.</summary>
    public void Header<T>(T header) where T : unmanaged => Write(header);

    public void Add<T>(ushort type, T value) where T : unmanaged =>
        AddBytes(type, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>An attribute that says everything by being there.</summary>
    public void AddFlag(ushort type) => AddBytes(type, []);

    /// <summary>UTF-8 with a final zero byte, as the kernel's NLA_NUL_STRING wants it.</summary>
    public void AddString(ushort type, string value)
    {
        Span<byte> text = stackalloc byte[256];
        if (Encoding.UTF8.GetByteCount(value) > text.Length - 1)
        {
            throw new ArgumentException($"'{value}' is too long for a netlink string", nameof(value));
        }
        var length = Encoding.UTF8.GetBytes(value, text);
        text[length] = 0;
        AddBytes(type, text[..(length + 1)]);
    }

    /// <summary>Four or sixteen bytes in network order.</summary>
    public void AddAddress(ushort type, IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        AddBytes(type, bytes[..length]);
    }

    /// <summary>struct rtvia: a next hop of the other address family (RTA_VIA, since Linux 5.2 for IPv4 routes).</summary>
    public void AddVia(ushort type, IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort) + 16];
        var family = (ushort)Families.Of(address);
        MemoryMarshal.Write(bytes, in family);
        address.TryWriteBytes(bytes[sizeof(ushort)..], out var length);
        AddBytes(type, bytes[..(sizeof(ushort) + length)]);
    }

    public void AddMac(ushort type, MacAddress address)
    {
        Span<byte> bytes = stackalloc byte[MacAddress.Length];
        address.CopyTo(bytes);
        AddBytes(type, bytes);
    }

    public void AddBytes(ushort type, scoped ReadOnlySpan<byte> value)
    {
        var length = NLA_HDRLEN + value.Length;
        var target = Grow(Align(length));
        MemoryMarshal.Write(target, (ushort)length);
        MemoryMarshal.Write(target[2..], type);
        value.CopyTo(target[NLA_HDRLEN..]);
        // The kernel may read padding; whatever memory the caller gave must not leak into it.
        target[length..].Clear();
    }

    /// <summary>
    /// Opens an attribute that holds attributes. <paramref name="flagged"/> sets NLA_F_NESTED, which newer families demand
    /// and some old ones (rtnetlink's AF_SPEC, qdisc options) do not expect but accept.
    /// </summary>
    public Nest BeginNest(ushort type, bool flagged = true)
    {
        var start = _length;
        AddBytes(flagged ? (ushort)(type | NLA_F_NESTED) : type, []);
        return new Nest(start);
    }

    /// <summary>Opens a struct that begins with its own 16-bit length and may hold attributes, such as struct rtnexthop.</summary>
    public Nest BeginStruct<T>(T header) where T : unmanaged
    {
        var start = _length;
        Write(header);
        return new Nest(start);
    }

    public void EndNest(Nest nest) => MemoryMarshal.Write(_buffer[nest.Start..], (ushort)(_length - nest.Start));

    /// <summary>Completes the header. The sequence number is filled in by the connection that sends the message.</summary>
    public Span<byte> Finish()
    {
        MemoryMarshal.Write(_buffer, (uint)_length);
        return _buffer[.._length];
    }

    internal static int Align(int length) => (length + 3) & ~3;

    private void Write<T>(T value) where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        var target = Grow(Align(size));
        MemoryMarshal.Write(target, in value);
        target[size..].Clear();
    }

    private Span<byte> Grow(int length)
    {
        var target = _buffer.Slice(_length, length);
        _length += length;
        return target;
    }
}
