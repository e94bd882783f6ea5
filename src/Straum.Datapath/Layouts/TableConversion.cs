using Straum.Linux.Bpf;

namespace Straum.Datapath.Layouts;

/// <summary>
/// How entries of one layout become entries of another: field by field, by name. A field that only the new layout has is
/// zero, which therefore has to mean "as before there was such a field"; one that only the old layout has is left behind.
/// </summary>
internal sealed class TableConversion
{
    private readonly StructConversion _key;
    private readonly StructConversion _value;

    private TableConversion(StructConversion key, StructConversion value) => (_key, _value) = (key, value);

    /// <summary>Null when a field of one name is another kind of thing in the two, or nobody knows the layouts.</summary>
    public static TableConversion? Between(MapLayout? from, MapLayout? to) =>
        from is not null && to is not null && StructConversion.Between(from.Key, to.Key) is { } key && StructConversion.Between(from.Value, to.Value) is { } value
            ? new TableConversion(key, value)
            : null;

    /// <summary>Copies every entry. Those that are in <paramref name="to"/> already win where <paramref name="keep"/> says so.</summary>
    /// <returns>How many could not be copied: a number that does not fit its field, or no room.</returns>
    public int Copy(RawMap from, RawMap to, bool keep)
    {
        // An array has all its entries from the beginning.
        var mode = keep && to.Map.Info.Type is not (BpfMapType.Array or BpfMapType.PerCpuArray) ? UpdateMode.NoExist : UpdateMode.Any;
        var key = new byte[to.KeySize];
        var value = new byte[to.ValueSize];
        var left = 0;
        foreach (var (oldKey, oldValue) in from.Entries())
        {
            if (IsBeyond(to.Map, oldKey))
            {
                continue;
            }
            if (!_key.TryConvert(oldKey, key) || !TryConvertValue(from, oldValue, to, value))
            {
                left++;
                continue;
            }
            try
            {
                to.TryUpdate(key, value, mode);
            }
            catch (MapFullException)
            {
                left++;
            }
        }
        return left;
    }

    private static bool IsBeyond(BpfMap map, byte[] index) =>
        map.Info.Type is BpfMapType.Array or BpfMapType.PerCpuArray && BitConverter.ToUInt32(index) >= map.Info.MaxEntries;

    // The values of a per-CPU entry lie one behind the other.
    private bool TryConvertValue(RawMap from, byte[] source, RawMap to, byte[] target)
    {
        var (sourceStride, targetStride) = (from.Map.Info.ValueSize, to.Map.Info.ValueSize);
        if (from.ValueSize == sourceStride)
        {
            return _value.TryConvert(source, target);
        }
        (sourceStride, targetStride) = ((sourceStride + 7) & ~7, (targetStride + 7) & ~7);
        for (var cpu = 0; cpu < PossibleCpus.Count; cpu++)
        {
            if (!_value.TryConvert(source.AsSpan(cpu * sourceStride, from.Map.Info.ValueSize), target.AsSpan(cpu * targetStride, to.Map.Info.ValueSize)))
            {
                return false;
            }
        }
        return true;
    }
}
