using System.Runtime.CompilerServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>
/// A hash whose values are maps, so that a program switches from one table to another in one lookup. The map of maps keeps
/// what it holds alive.
/// </summary>
/// <remarks>BPF_MAP_TYPE_HASH_OF_MAPS; _ARRAY_OF_MAPS with an index as key.</remarks>
public sealed class HashOfMaps<TKey>
    where TKey : unmanaged
{
    /// <exception cref="ArgumentException">The map is no map of maps, or its key has another size.</exception>
    public HashOfMaps(BpfMap map)
    {
        map.CheckType(BpfMapType.HashOfMaps, BpfMapType.ArrayOfMaps);
        map.CheckSizes(Unsafe.SizeOf<TKey>(), typeof(TKey).Name, sizeof(uint), "a map id");
        Map = map;
    }

    public BpfMap Map { get; }

    /// <summary>Puts a map under a key; programs see the old or the new one. It must be like the inner map given at creation.</summary>
    public unsafe void Update(TKey key, BpfMap inner, UpdateMode mode = UpdateMode.Any)
    {
        var fd = (uint)inner.Handle.DangerousGetHandle();
        var result = Libbpf.bpf_map_update_elem(Map.Handle, &key, &fd, (ulong)mode);
        GC.KeepAlive(inner);
        switch (-result)
        {
            case 0:
                return;
            case (int)Errno.E2BIG or (int)Errno.ENOSPC when Map.Info.Type == BpfMapType.HashOfMaps:
                throw new MapFullException(Map, (Errno)(-result));
            default:
                throw new LinuxException("map update", $"{Map.Name} ← {inner.Name}", (Errno)(-result),
                    result == -(int)Errno.EINVAL ? "its kind, sizes or flags differ from those of the inner map at creation" : null);
        }
    }

    /// <summary>Returns the id of the map under a key, or <c>false</c> when there is none.</summary>
    public unsafe bool TryLookupId(TKey key, out uint mapId)
    {
        fixed (uint* id = &mapId)
        {
            var result = Libbpf.bpf_map_lookup_elem(Map.Handle, &key, id);
            return result == 0 || (result == -(int)Errno.ENOENT ? false : throw new LinuxException("map lookup", Map.Name, (Errno)(-result)));
        }
    }

    /// <summary>Opens the map under a key; <c>null</c> when there is none. Owned by the caller.</summary>
    public BpfMap? Open(TKey key) => TryLookupId(key, out var id) ? BpfMap.OpenById(id) : null;

    /// <summary>Returns <c>false</c> when there was none.</summary>
    public unsafe bool Delete(TKey key)
    {
        var result = Libbpf.bpf_map_delete_elem(Map.Handle, &key);
        return result == 0 || (result == -(int)Errno.ENOENT ? false : throw new LinuxException("map delete", Map.Name, (Errno)(-result)));
    }
}
