using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>A hash with a value per CPU under each key.</summary>
/// <remarks>BPF_MAP_TYPE_PERCPU_HASH, _LRU_PERCPU_HASH</remarks>
public sealed class PerCpuMap<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    private readonly PerCpuValues<TValue> _values;

    /// <exception cref="ArgumentException">The map is no per-CPU hash, or its sizes are others.</exception>
    public PerCpuMap(BpfMap map)
    {
        map.CheckType(BpfMapType.PerCpuHash, BpfMapType.LruPerCpuHash);
        map.CheckSizes(Unsafe.SizeOf<TKey>(), typeof(TKey).Name, Unsafe.SizeOf<TValue>(), typeof(TValue).Name);
        Map = map;
        _values = new PerCpuValues<TValue>(map);
    }

    public BpfMap Map { get; }

    /// <summary>The values under a key, one per possible CPU. Returns <c>false</c> when the key is absent.</summary>
    public unsafe bool TryLookup(TKey key, [NotNullWhen(true)] out TValue[]? values) => _values.TryRead(&key, out values);

    /// <summary>Writes the values of the first CPUs; those of the others become zero.</summary>
    public unsafe void Update(TKey key, ReadOnlySpan<TValue> values) => _values.Write(&key, values);

    /// <summary>Returns <c>false</c> when the key was absent.</summary>
    public unsafe bool Delete(TKey key)
    {
        var result = Libbpf.bpf_map_delete_elem(Map.Handle, &key);
        return result == 0 || (result == -(int)Errno.ENOENT ? false : throw new LinuxException("map delete", Map.Name, (Errno)(-result)));
    }

    /// <summary>The keys, read one by one; those that come and go meanwhile may be missed or seen twice.</summary>
    public IReadOnlyList<TKey> Keys()
    {
        var keys = new List<TKey>();
        TKey? last = null;
        while (TryNext(last, out var next))
        {
            keys.Add(next);
            last = next;
        }
        return keys;
    }

    private unsafe bool TryNext(TKey? after, out TKey next)
    {
        var key = after.GetValueOrDefault();
        fixed (TKey* found = &next)
        {
            var result = Libbpf.bpf_map_get_next_key(Map.Handle, after is null ? null : &key, found);
            return result == 0 || (result == -(int)Errno.ENOENT ? false : throw new LinuxException("map read", Map.Name, (Errno)(-result)));
        }
    }
}
