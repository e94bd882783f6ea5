using System.Buffers.Binary;

namespace Straum.Datapath.Abi;

/// <summary>
/// <c>__be64</c>: anything wider in network byte order, so that a value cannot be taken for one in host order. Converts from and to
/// host order by itself; as a field it has the bytes that the kernel sees.
/// </summary>
public readonly record struct BigEndian64
{
    private readonly ulong _raw;

    private BigEndian64(ulong raw) => _raw = raw;

    /// <summary>The bytes as they lie in memory, read as a host-order integer.</summary>
    public ulong Raw => _raw;

    /// <summary>Takes bytes that are in network order already.</summary>
    public static BigEndian64 FromRaw(ulong raw) => new(raw);

    public static implicit operator BigEndian64(ulong host) => new(Swap(host));

    public static implicit operator ulong(BigEndian64 network) => Swap(network._raw);

    /// <summary>The value in host order.</summary>
    public override string ToString() => Swap(_raw).ToString();

    private static ulong Swap(ulong value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
