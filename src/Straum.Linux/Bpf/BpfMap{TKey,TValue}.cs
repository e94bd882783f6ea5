using System.Runtime.CompilerServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>
/// A hash, LRU hash, LPM trie or array as a table of structs: key and value are the bytes of the types, which therefore name
/// every byte of padding. Sizes are checked once, here. Safe for use from several threads; single operations are atomic.
/// </summary>
/// <remarks>BPF_MAP_TYPE_HASH, _LRU_HASH, _LPM_TRIE, _ARRAY. Per-CPU maps have a view of their own.</remarks>
public sealed class BpfMap<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    /// <exception cref="ArgumentException">The map's kind or sizes are others.</exception>
    public BpfMap(BpfMap map)
    {
        map.CheckType(BpfMapType.Hash, BpfMapType.LruHash, BpfMapType.LpmTrie, BpfMapType.Array);
        map.CheckSizes(Unsafe.SizeOf<TKey>(), typeof(TKey).Name, Unsafe.SizeOf<TValue>(), typeof(TValue).Name);
        Map = map;
    }

    public BpfMap Map { get; }

    /// <summary>Returns <c>false</c> when the key is absent. An LPM trie answers with its longest matching prefix.</summary>
    public unsafe bool TryLookup(TKey key, out TValue value)
    {
        fixed (TValue* found = &value)
        {
            var result = Libbpf.bpf_map_lookup_elem(Map.Handle, &key, found);
            return result == 0 || (result == -(int)Errno.ENOENT ? false : throw Fault("map lookup", result));
        }
    }

    /// <exception cref="MapFullException">There is no room. An LRU hash drops an old entry instead.</exception>
    /// <exception cref="LinuxException">EEXIST or ENOENT as <paramref name="mode"/> says.</exception>
    public unsafe void Update(TKey key, TValue value, UpdateMode mode = UpdateMode.Any)
    {
        var result = Libbpf.bpf_map_update_elem(Map.Handle, &key, &value, (ulong)mode);
        if (result < 0)
        {
            throw Fault("map update", result);
        }
    }

    /// <summary>Returns <c>false</c>, and changes nothing, when the key is there.</summary>
    public unsafe bool TryAdd(TKey key, TValue value)
    {
        var result = Libbpf.bpf_map_update_elem(Map.Handle, &key, &value, Libbpf.BPF_NOEXIST);
        return result == 0 || (result == -(int)Errno.EEXIST ? false : throw Fault("map update", result));
    }

    /// <summary>Returns <c>false</c> when the key was absent.</summary>
    public unsafe bool Delete(TKey key)
    {
        var result = Libbpf.bpf_map_delete_elem(Map.Handle, &key);
        return result == 0 || (result == -(int)Errno.ENOENT ? false : throw Fault("map delete", result));
    }

    /// <summary>
    /// Writes many entries with few system calls: about a third of the cost of one by one. Not atomic: programs see entries
    /// appear one after another, in order.
    /// </summary>
    /// <exception cref="MapFullException">There is no room; <see cref="MapFullException.Written"/> tells how many entries are in.</exception>
    public unsafe void UpdateBatch(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, UpdateMode mode = UpdateMode.Any)
    {
        if (keys.Length != values.Length)
        {
            throw new ArgumentException($"{keys.Length} keys and {values.Length} values", nameof(values));
        }
        if (keys.IsEmpty)
        {
            return;
        }
        var options = new Libbpf.bpf_map_batch_opts { sz = (nuint)sizeof(Libbpf.bpf_map_batch_opts), elem_flags = (ulong)mode };
        var count = (uint)keys.Length;
        fixed (TKey* key = keys)
        fixed (TValue* value = values)
        {
            var result = Libbpf.bpf_map_update_batch(Map.Handle, key, value, &count, &options);
            if (result == -(int)Errno.ENOTSUPP)
            {
                UpdateOneByOne(keys, values, mode);
            }
            else if (result < 0)
            {
                throw Fault("map update", result, (int)count);
            }
        }
    }

    /// <summary>Deletes many entries with few system calls and returns how many were there.</summary>
    public unsafe int DeleteBatch(ReadOnlySpan<TKey> keys)
    {
        var options = new Libbpf.bpf_map_batch_opts { sz = (nuint)sizeof(Libbpf.bpf_map_batch_opts) };
        var deleted = 0;
        while (!keys.IsEmpty)
        {
            var count = (uint)keys.Length;
            int result;
            fixed (TKey* key = keys)
            {
                result = Libbpf.bpf_map_delete_batch(Map.Handle, key, &count, &options);
            }
            switch (-result)
            {
                case 0:
                    return deleted + keys.Length;
                case (int)Errno.ENOENT:
                    // The batch stops at the first absent key; count tells how far it came.
                    deleted += (int)count;
                    keys = keys[((int)count + 1)..];
                    break;
                case (int)Errno.ENOTSUPP:
                    return deleted + DeleteOneByOne(keys);
                default:
                    throw Fault("map delete", result);
            }
        }
        return deleted;
    }

    /// <summary>
    /// All entries, read in batches while they are enumerated. Every entry that stays in the map throughout is seen; of those
    /// that writers add or delete meanwhile some may be, and a few twice.
    /// </summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Entries()
    {
        var cursor = new MapCursor<TKey, TValue>(Map);
        while (cursor.Next() is var count and > 0)
        {
            for (var i = 0; i < count; i++)
            {
                yield return new KeyValuePair<TKey, TValue>(cursor.Keys[i], cursor.Values[i]);
            }
        }
    }

    /// <summary>Counts by reading all entries; the kernel keeps no number.</summary>
    public int Count()
    {
        var total = 0;
        var cursor = new MapCursor<TKey, TValue>(Map);
        while (cursor.Next() is var count and > 0)
        {
            total += count;
        }
        return total;
    }

    /// <summary>Deletes every entry and returns how many there were. An array cannot be cleared (EINVAL).</summary>
    public int Clear()
    {
        var total = 0;
        while (true)
        {
            // Deleting moves the cursor's ground: take all keys first, and look again until none is left.
            var keys = Entries().Select(entry => entry.Key).ToArray();
            if (keys.Length == 0)
            {
                return total;
            }
            total += DeleteBatch(keys);
        }
    }

    private unsafe void UpdateOneByOne(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, UpdateMode mode)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            var (key, value) = (keys[i], values[i]);
            var result = Libbpf.bpf_map_update_elem(Map.Handle, &key, &value, (ulong)mode);
            if (result < 0)
            {
                throw Fault("map update", result, i);
            }
        }
    }

    private int DeleteOneByOne(ReadOnlySpan<TKey> keys)
    {
        var deleted = 0;
        foreach (var key in keys)
        {
            deleted += Delete(key) ? 1 : 0;
        }
        return deleted;
    }

    private LinuxException Fault(string operation, int result, int written = 0)
    {
        var errno = (Errno)(-result);
        // A full hash says E2BIG, a full trie ENOSPC.
        return operation == "map update" && (errno == Errno.ENOSPC || (errno == Errno.E2BIG && Map.Info.Type != BpfMapType.Array))
            ? new MapFullException(Map, errno, written)
            : new LinuxException(operation, Map.Name, errno);
    }
}
