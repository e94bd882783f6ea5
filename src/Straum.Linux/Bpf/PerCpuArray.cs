using System.Runtime.CompilerServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>An array with a value per CPU in each element, which programs count in without contention. The sum is the caller's.</summary>
/// <remarks>BPF_MAP_TYPE_PERCPU_ARRAY</remarks>
public sealed class PerCpuArray<TValue>
    where TValue : unmanaged
{
    private readonly PerCpuValues<TValue> _values;

    /// <exception cref="ArgumentException">The map is no per-CPU array, or its values have another size.</exception>
    public PerCpuArray(BpfMap map)
    {
        map.CheckType(BpfMapType.PerCpuArray);
        map.CheckSizes(sizeof(uint), "an index", Unsafe.SizeOf<TValue>(), typeof(TValue).Name);
        Map = map;
        _values = new PerCpuValues<TValue>(map);
    }

    public BpfMap Map { get; }

    public int Length => Map.Info.MaxEntries;

    /// <summary>The values of one element, one per possible CPU.</summary>
    public unsafe TValue[] Read(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Length, nameof(index));
        return _values.TryRead(&index, out var values) ? values : [];
    }

    /// <summary>Sets one element to zero on every CPU. A program that counts at the same moment may undo it on its CPU.</summary>
    public unsafe void Clear(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Length, nameof(index));
        _values.Write(&index, []);
    }
}
