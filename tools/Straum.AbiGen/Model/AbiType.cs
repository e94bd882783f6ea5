namespace Straum.AbiGen.Model;

/// <summary>A C type that can be shared with C#: what it is called, and how many bytes it has at which alignment.</summary>
/// <param name="CName">Its name in C, without struct, union or enum.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Alignment">Bytes that its address is a multiple of, in C# as in C.</param>
internal abstract record AbiType(string CName, int Size, int Alignment)
{
    /// <summary>Everything that makes two types of one name the same, for comparing what different objects say.</summary>
    public abstract string Signature { get; }
}

/// <summary>An integer, in host byte order unless <paramref name="IsBigEndian"/>.</summary>
internal sealed record AbiScalar(string CName, int Size, bool IsSigned, bool IsBigEndian) : AbiType(CName, Size, Size)
{
    public override string Signature => $"{(IsBigEndian ? "be" : IsSigned ? "s" : "u")}{Size * 8}";
}

/// <summary>A fixed array.</summary>
internal sealed record AbiArray(AbiType Element, int Count) : AbiType(Element.CName, Element.Size * Count, Element.Alignment)
{
    public override string Signature => $"{Element.Signature}[{Count}]";
}

/// <summary>An enum; <paramref name="Members"/> in the order of the source.</summary>
internal sealed record AbiEnum(string CName, int Size, bool IsSigned, IReadOnlyList<Btf.BtfEnumerator> Members) : AbiType(CName, Size, Size)
{
    public override string Signature => $"enum {CName}:{Size} {{ {string.Join(", ", Members.Select(static m => $"{m.Name}={m.Value}"))} }}";
}

/// <summary>
/// A struct or union. <paramref name="Fields"/> are in the order of their offsets; those of anonymous members are among them,
/// so fields may overlap.
/// </summary>
internal sealed record AbiStruct(string CName, int Size, IReadOnlyList<AbiField> Fields)
    : AbiType(CName, Size, Fields.Count == 0 ? 1 : Fields.Max(static f => f.Type.Alignment))
{
    public override string Signature =>
        $"struct {CName}:{Size} {{ {string.Join("; ", Fields.Select(static f => $"{f.Offset}: {f.Type.Signature} {f.CName}"))} }}";
}

/// <summary>A named field at a byte offset.</summary>
internal sealed record AbiField(string CName, AbiType Type, int Offset);
