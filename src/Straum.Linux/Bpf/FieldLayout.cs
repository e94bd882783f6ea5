namespace Straum.Linux.Bpf;

/// <summary>One number of a struct, or several of one kind in a row.</summary>
/// <param name="Path">Names from the outside in: <c>peer.src.w</c>; <c>[2]</c> for an element of an array of structs. Empty for a plain number.</param>
/// <param name="Offset">In bytes, from the beginning of the outermost struct.</param>
/// <param name="Size">Of one element, in bytes.</param>
/// <param name="Count">Elements; 1 for what is no array.</param>
/// <param name="IsNetworkOrder">Declared as <c>__be16</c>, <c>__be32</c> or <c>__be64</c>.</param>
public sealed record FieldLayout(string Path, int Offset, int Size, int Count, bool IsNetworkOrder)
{
    /// <summary>All elements together, in bytes.</summary>
    public int Length => Size * Count;

    public override string ToString() => $"{Path}:{Offset}:{(IsNetworkOrder ? "be" : "")}{Size}x{Count}";
}
