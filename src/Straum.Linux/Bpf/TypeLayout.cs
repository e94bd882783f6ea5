namespace Straum.Linux.Bpf;

/// <summary>Where the fields of a map's key or value lie, from the type information (BTF) that the compiler wrote. Flat: structs in structs are paths.</summary>
/// <param name="Size">In bytes, padding included.</param>
/// <param name="Fields">By offset.</param>
public sealed record TypeLayout(int Size, IReadOnlyList<FieldLayout> Fields)
{
    /// <summary>The same text for the same layout and names, and only then.</summary>
    public override string ToString() => $"{Size} {string.Join(' ', Fields)}";

    public bool Equals(TypeLayout? other) => other is not null && Size == other.Size && Fields.SequenceEqual(other.Fields);

    public override int GetHashCode() => HashCode.Combine(Size, Fields.Count);
}
