using Straum.AbiGen.Btf;

namespace Straum.AbiGen.Model;

/// <summary>Turns one object's BTF types into <see cref="AbiType"/>s. Throws <see cref="AbiException"/> for what two languages cannot share.</summary>
internal sealed class TypeReader(BtfFile btf)
{
    private readonly Dictionary<int, AbiType> _read = [];

    /// <summary>The type with this id. <paramref name="name"/> is for a type that has none of its own: of its typedef or of the field it is the type of.</summary>
    public AbiType Read(int id, string name)
    {
        var (at, type) = btf.Unqualified(id);
        if (_read.TryGetValue(at, out var known))
        {
            return known;
        }
        AbiType read = type.Kind switch
        {
            BtfKind.Typedef when BigEndianSize(type.Name) is { } size => new AbiScalar(type.Name, size, IsSigned: false, IsBigEndian: true),
            BtfKind.Typedef => Read(type.Target, type.Name),
            BtfKind.Int when type.Size is 1 or 2 or 4 or 8 => new AbiScalar(type.Name, type.Size, type.IsSigned, IsBigEndian: false),
            BtfKind.Array when type.Count > 0 => new AbiArray(Read(type.Target, name), type.Count),
            BtfKind.Enum or BtfKind.Enum64 => new AbiEnum(NameOf(type, name), type.Size, type.IsSigned, type.Enumerators),
            BtfKind.Struct or BtfKind.Union => ReadStruct(type, NameOf(type, name)),
            BtfKind.Pointer => throw new AbiException($"{name}: a pointer means nothing to another address space"),
            _ => throw new AbiException($"{name}: BTF kind {type.Kind} cannot be shared with C#"),
        };
        return _read[at] = read;
    }

    private AbiStruct ReadStruct(BtfType type, string name)
    {
        var fields = new List<AbiField>();
        Flatten(type, name, 0, fields);
        return new AbiStruct(name, type.Size, [.. fields.OrderBy(static f => f.Offset)]);
    }

    // C11 anonymous members put their own members' names into the enclosing struct; C# has no such thing, so they move there.
    private void Flatten(BtfType type, string name, int offset, List<AbiField> fields)
    {
        foreach (var member in type.Members)
        {
            if (member.BitSize != 0)
            {
                if (member.Name is "")
                {
                    continue; // Unnamed bits are padding.
                }
                throw new AbiException($"{name}.{member.Name}: a bitfield's place depends on the compiler; use flags in a whole integer");
            }
            var at = offset + (member.BitOffset / 8);
            if (member.Name is "")
            {
                Flatten(btf.Underlying(member.Type).Type, name, at, fields);
                continue;
            }
            fields.Add(new AbiField(member.Name, Read(member.Type, $"{name}_{member.Name}"), at));
        }
    }

    private static string NameOf(BtfType type, string name) => type.Name is "" ? name : type.Name;

    private static int? BigEndianSize(string typedefName) => typedefName switch
    {
        "__be16" => 2,
        "__be32" => 4,
        "__be64" => 8,
        _ => null,
    };
}
