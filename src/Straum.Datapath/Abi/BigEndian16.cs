using System.Buffers.Binary;

namespace Straum.Datapath.Abi;

/// <summary>
/// <c>__be16</c>: ports in network byte order, so that a value cannot be taken for one in host order. Converts from and to
/// host order by itself; as a field it has the bytes that the kernel sees.
/// </summary>
public readonly record struct BigEndian16
{
    private readonly ushort _raw;

    private BigEndian16(ushort raw) => _raw = raw;

    /// <summary>The bytes as they lie in memory, read as a host-order integer.</summary>
    public ushort Raw => _raw;

    /// <summary>Takes bytes that are in network order already.</summary>
    public static BigEndian16 FromRaw(ushort raw) => new(raw);

    public static implicit operator BigEndian16(ushort host) => new(Swap(host));

    public static implicit operator ushort(BigEndian16 network) => Swap(network._raw);

    /// <summary>The value in host order.</summary>
    public override string ToString() => Swap(_raw).ToString();

    private static ushort Swap(ushort value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
