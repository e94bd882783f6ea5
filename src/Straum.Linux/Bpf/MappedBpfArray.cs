using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>
/// A BPF array in this process's memory: reading and writing are plain memory accesses, without a system call and without a
/// lock. Programs see each aligned write of up to eight bytes whole; order between writes is kept only by
/// <see cref="Volatile"/>. Disposing takes the memory away: nothing obtained from here may be used after.
/// </summary>
/// <remarks>BPF_MAP_TYPE_ARRAY with BPF_F_MMAPABLE, since Linux 5.5.</remarks>
public sealed unsafe class MappedBpfArray<TValue> : IDisposable
    where TValue : unmanaged
{
    private readonly nuint _bytes;
    private readonly int _stride;
    private nint _memory;

    /// <exception cref="ArgumentException">The map is no mappable array, or its values have another size.</exception>
    public MappedBpfArray(BpfMap map)
    {
        map.CheckType(BpfMapType.Array);
        map.CheckSizes(sizeof(uint), "an index", Unsafe.SizeOf<TValue>(), typeof(TValue).Name);
        if (!map.Info.Flags.HasFlag(BpfMapFlags.Mappable))
        {
            throw new ArgumentException($"map {map.Name} was not made mappable (BPF_F_MMAPABLE)", nameof(map));
        }
        Map = map;
        // The kernel lays elements out at multiples of eight bytes.
        _stride = (Unsafe.SizeOf<TValue>() + 7) & ~7;
        var page = (nuint)Environment.SystemPageSize;
        _bytes = ((nuint)_stride * (nuint)Length + page - 1) / page * page;
        _memory = Libc.mmap(null, _bytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, map.Handle, 0);
        if (_memory == Libc.MAP_FAILED)
        {
            throw LinuxException.FromLastError("map mmap", map.Name, "the map may be frozen");
        }
    }

    public BpfMap Map { get; }

    public int Length => Map.Info.MaxEntries;

    /// <summary>The element in place. Bounds are checked.</summary>
    public ref TValue this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Length, nameof(index));
            ObjectDisposedException.ThrowIf(_memory == 0, this);
            return ref Unsafe.AsRef<TValue>((byte*)_memory + (nint)index * _stride);
        }
    }

    /// <summary>All elements in place, for copying ranges.</summary>
    /// <exception cref="InvalidOperationException">The value's size is no multiple of eight bytes, so elements are not adjacent.</exception>
    public Span<TValue> Span
    {
        get
        {
            if (_stride != Unsafe.SizeOf<TValue>())
            {
                ThrowNotAdjacent();
            }
            ObjectDisposedException.ThrowIf(_memory == 0, this);
            return new Span<TValue>((void*)_memory, Length);
        }
    }

    public void Dispose()
    {
        var memory = Interlocked.Exchange(ref _memory, 0);
        if (memory != 0)
        {
            _ = Libc.munmap(memory, _bytes);
        }
    }

    [DoesNotReturn]
    private void ThrowNotAdjacent() => throw new InvalidOperationException(
        $"map {Map.Name}: {typeof(TValue).Name} has {Unsafe.SizeOf<TValue>()} bytes and elements lie {_stride} apart; use the indexer, or pad the value");
}
