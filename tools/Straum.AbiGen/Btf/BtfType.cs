namespace Straum.AbiGen.Btf;

/// <summary>One type of a BTF section.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Empty for an anonymous type.</param>
/// <param name="Size">Bytes, of the kinds that have a size.</param>
/// <param name="Target">The type that this one points to, renames, qualifies, tags or has as element; 0 for void.</param>
internal sealed record BtfType(BtfKind Kind, string Name, int Size, int Target)
{
    /// <summary>Of a struct or union, in the order of the source.</summary>
    public IReadOnlyList<BtfMember> Members { get; init; } = [];

    /// <summary>Of an enum.</summary>
    public IReadOnlyList<BtfEnumerator> Enumerators { get; init; } = [];

    /// <summary>Of a data section: the variables in it.</summary>
    public IReadOnlyList<int> Variables { get; init; } = [];

    /// <summary>Of an array: how many elements.</summary>
    public int Count { get; init; }

    /// <summary>Of an int or enum: has negative values.</summary>
    public bool IsSigned { get; init; }

    /// <summary>Of a declaration tag: the member it is on, or -1 for the type as a whole.</summary>
    public int Component { get; init; } = -1;
}

/// <summary>A struct's or union's member. <paramref name="BitSize"/> is 0 unless it is a bitfield.</summary>
internal sealed record BtfMember(string Name, int Type, int BitOffset, int BitSize);

/// <summary>An enum's name for a value.</summary>
internal sealed record BtfEnumerator(string Name, long Value);
