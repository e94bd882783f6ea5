namespace Straum.AbiGen.Model;

/// <summary>A map as a program declares it in its <c>.maps</c> section.</summary>
/// <param name="Name">Its name in C.</param>
/// <param name="Kind">BPF_MAP_TYPE_* as a number.</param>
/// <param name="Key">Null when the map has none (ring buffers) or one that is not shared.</param>
/// <param name="Value">Null when the map has none or one that is not shared.</param>
/// <param name="MaxEntries">Its declared size; the loader may choose another.</param>
/// <param name="Flags">BPF_F_*.</param>
internal sealed record AbiMap(string Name, int Kind, AbiType? Key, AbiType? Value, int MaxEntries, int Flags)
{
    public string Signature => $"map {Name} type {Kind}, key {Key?.Signature ?? "-"}, value {Value?.Signature ?? "-"}, {MaxEntries} entries, flags {Flags}";
}
