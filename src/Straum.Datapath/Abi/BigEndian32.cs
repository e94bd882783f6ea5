using System.Buffers.Binary;

namespace Straum.Datapath.Abi;

/// <summary>
/// <c>__be32</c>: address words, identifiers in network byte order, so that a value cannot be taken for one in host order. Converts from and to
/// host order by itself; as a field it has the bytes that the kernel sees.
/// </summary>
public readonly record struct BigEndian32
{
    private readonly uint _raw;

    private BigEndian32(uint raw) => _raw = raw;

    /// <summary>The bytes as they lie in memory, read as a host-order integer.</summary>
    public uint Raw => _raw;

    /// <summary>Takes bytes that are in network order already.</summary>
    public static BigEndian32 FromRaw(uint raw) => new(raw);

    public static implicit operator BigEndian32(uint host) => new(Swap(host));

    public static implicit operator uint(BigEndian32 network) => Swap(network._raw);

    /// <summary>The value in host order.</summary>
    public override string ToString() => Swap(_raw).ToString();

    private static uint Swap(uint value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
