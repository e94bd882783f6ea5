using System.Runtime.CompilerServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>A BPF array: all elements always exist and begin as zeroes. <see cref="MappedBpfArray{TValue}"/> is faster where the map allows it.</summary>
/// <remarks>BPF_MAP_TYPE_ARRAY</remarks>
public sealed class BpfArray<TValue>
    where TValue : unmanaged
{
    /// <exception cref="ArgumentException">The map is no array, or its values have another size.</exception>
    public BpfArray(BpfMap map)
    {
        map.CheckType(BpfMapType.Array);
        map.CheckSizes(sizeof(uint), "an index", Unsafe.SizeOf<TValue>(), typeof(TValue).Name);
        Map = map;
    }

    public BpfMap Map { get; }

    public int Length => Map.Info.MaxEntries;

    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public unsafe TValue this[int index]
    {
        get
        {
            TValue value;
            CheckIndex(Libbpf.bpf_map_lookup_elem(Map.Handle, &index, &value), "map lookup", index);
            return value;
        }
        set => CheckIndex(Libbpf.bpf_map_update_elem(Map.Handle, &index, &value, Libbpf.BPF_ANY), "map update", index);
    }

    /// <summary>All elements, in order, in one or few system calls.</summary>
    public TValue[] ReadAll()
    {
        var all = new TValue[Length];
        var cursor = new MapCursor<uint, TValue>(Map);
        while (cursor.Next() is var count and > 0)
        {
            for (var i = 0; i < count; i++)
            {
                all[cursor.Keys[i]] = cursor.Values[i];
            }
        }
        return all;
    }

    private void CheckIndex(int result, string operation, int index)
    {
        if (-result is (int)Errno.ENOENT or (int)Errno.E2BIG)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"map {Map.Name} has {Length} elements");
        }
        Libbpf.Check(result, operation, $"{Map.Name}[{index}]");
    }
}
