using System.Runtime.CompilerServices;

namespace Straum.Linux.Bpf;

/// <summary>A map that is wanted, to be made without an object file.</summary>
public sealed record BpfMapSpec
{
    public required string Name { get; init; }

    public required BpfMapType Type { get; init; }

    /// <summary>In bytes; 0 for ring buffers.</summary>
    public int KeySize { get; init; }

    /// <summary>In bytes; 0 for ring buffers.</summary>
    public int ValueSize { get; init; }

    /// <summary>For ring buffers the size in bytes, a power of two and a multiple of the page size.</summary>
    public required int MaxEntries { get; init; }

    public BpfMapFlags Flags { get; init; }

    /// <summary>What a map of maps holds.</summary>
    public BpfMap? InnerMap { get; init; }

    /// <summary>A hash whose key and value are exactly these types' bytes.</summary>
    public static BpfMapSpec Hash<TKey, TValue>(string name, int maxEntries, BpfMapFlags flags = BpfMapFlags.None)
        where TKey : unmanaged where TValue : unmanaged => Of<TKey, TValue>(name, BpfMapType.Hash, maxEntries, flags);

    public static BpfMapSpec Array<TValue>(string name, int length, BpfMapFlags flags = BpfMapFlags.None)
        where TValue : unmanaged => Of<uint, TValue>(name, BpfMapType.Array, length, flags);

    public static BpfMapSpec Of<TKey, TValue>(string name, BpfMapType type, int maxEntries, BpfMapFlags flags = BpfMapFlags.None)
        where TKey : unmanaged where TValue : unmanaged => new()
        {
            Name = name,
            Type = type,
            KeySize = Unsafe.SizeOf<TKey>(),
            ValueSize = Unsafe.SizeOf<TValue>(),
            MaxEntries = maxEntries,
            Flags = flags,
        };
}
