using Straum.AbiGen.Btf;

namespace Straum.AbiGen.Model;

/// <summary>
/// Finds what one object shares: the maps it declares, the types of their keys and values, the types tagged "abi", and the
/// struct types of its global variables (configuration in <c>.rodata</c>, and the object that exists to name types).
/// </summary>
internal sealed class ObjectReader
{
    private readonly BtfFile _btf;
    private readonly TypeReader _types;
    private readonly Predicate<string> _isShared;
    private readonly List<AbiType> _roots = [];
    private readonly List<AbiMap> _maps = [];

    private ObjectReader(BtfFile btf, Predicate<string> isShared)
    {
        (_btf, _isShared) = (btf, isShared);
        _types = new TypeReader(btf);
    }

    /// <summary>Reads an object file.</summary>
    /// <param name="path">An ELF object with BTF.</param>
    /// <param name="isShared">Whether the struct, union or enum of that C name is to be shared; the others are the programs' own business.</param>
    public static (IReadOnlyList<AbiType> Types, IReadOnlyList<AbiMap> Maps) Read(string path, Predicate<string> isShared)
    {
        var reader = new ObjectReader(BtfFile.ReadObject(path), isShared);
        reader.ReadSections();
        reader.ReadTagged();
        return (reader._roots, reader._maps);
    }

    private void ReadSections()
    {
        foreach (var section in _btf.Types.Where(static t => t.Kind == BtfKind.DataSection && t.Name is not "license"))
        {
            foreach (var variable in section.Variables.Select(id => _btf.Types[id]))
            {
                if (section.Name == ".maps")
                {
                    ReadMap(variable);
                }
                else
                {
                    Share(variable.Target);
                }
            }
        }
    }

    private void ReadTagged()
    {
        foreach (var tag in _btf.Types.Where(static t => t is { Kind: BtfKind.DeclarationTag, Name: "abi", Component: -1 }))
        {
            Share(tag.Target);
        }
    }

    private void ReadMap(BtfType variable)
    {
        AbiType? key = null, value = null;
        int kind = 0, entries = 0, flags = 0;
        foreach (var member in _btf.Underlying(variable.Target).Type.Members)
        {
            var target = _btf.Underlying(member.Type).Type;
            switch (member.Name)
            {
                // __uint(name, n) is a pointer to an array of n ints.
                case "type":
                    kind = _btf.Types[target.Target].Count;
                    break;
                case "max_entries":
                    entries = _btf.Types[target.Target].Count;
                    break;
                case "map_flags":
                    flags = _btf.Types[target.Target].Count;
                    break;
                // __type(name, T) is a pointer to T.
                case "key":
                    key = Share(target.Target);
                    break;
                case "value":
                    value = Share(target.Target);
                    break;
            }
        }
        _maps.Add(new AbiMap(variable.Name, kind, key, value, entries, flags));
    }

    // Null for a type that is not to be shared.
    private AbiType? Share(int id)
    {
        var (_, type) = _btf.Underlying(id);
        var name = type.Name is "" && _btf.Unqualified(id).Type is { Kind: BtfKind.Typedef } alias ? alias.Name : type.Name;
        switch (type.Kind)
        {
            case BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 when name is not "" && _isShared(name):
                var read = _types.Read(id, name);
                _roots.Add(read);
                return read;
            case BtfKind.Int:
                return _types.Read(id, name);
            default:
                return null;
        }
    }
}
