using System.Runtime.CompilerServices;

namespace Straum.Datapath.Abi;

/// <summary>A map as the programs declare it. Generated into <c>MapTable</c>.</summary>
/// <param name="Name">Its name in the objects, and of its pin.</param>
/// <param name="Kind">BPF_MAP_TYPE_* of include/uapi/linux/bpf.h.</param>
/// <param name="KeySize">Bytes.</param>
/// <param name="ValueSize">Bytes; of a per-CPU map, of one CPU's value.</param>
/// <param name="MaxEntries">The declared size; the loader may choose another.</param>
/// <param name="Flags">BPF_F_*.</param>
public abstract record MapDescriptor(string Name, int Kind, int KeySize, int ValueSize, int MaxEntries, uint Flags);

/// <inheritdoc/>
/// <typeparam name="TKey">The key, generated from the objects' BTF.</typeparam>
/// <typeparam name="TValue">The value, generated from the objects' BTF.</typeparam>
public sealed record MapDescriptor<TKey, TValue>(string Name, int Kind, int MaxEntries, uint Flags)
    : MapDescriptor(Name, Kind, Unsafe.SizeOf<TKey>(), Unsafe.SizeOf<TValue>(), MaxEntries, Flags)
    where TKey : unmanaged
    where TValue : unmanaged;
