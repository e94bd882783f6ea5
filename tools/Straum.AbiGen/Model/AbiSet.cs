namespace Straum.AbiGen.Model;

/// <summary>Everything that a set of objects shares, each type and map once. Throws <see cref="AbiException"/> when two objects disagree.</summary>
internal sealed class AbiSet
{
    private readonly SortedDictionary<string, (AbiType Type, string Object)> _types = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (AbiMap Map, string Object)> _maps = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, AbiArray> _arrays = new(StringComparer.Ordinal);

    /// <summary>Structs, unions and enums by C name.</summary>
    public IEnumerable<AbiType> Types => _types.Values.Select(static t => t.Type);

    /// <summary>Maps by name.</summary>
    public IEnumerable<AbiMap> Maps => _maps.Values.Select(static m => m.Map);

    /// <summary>The array types that fields have.</summary>
    public IEnumerable<AbiArray> Arrays => _arrays.Values;

    /// <summary>Reads every <c>*.o</c> of a folder, in the order of their names.</summary>
    public static AbiSet ReadFolder(string folder, Predicate<string> isShared)
    {
        var set = new AbiSet();
        foreach (var path in Directory.GetFiles(folder, "*.o").Order(StringComparer.Ordinal))
        {
            try
            {
                var (types, maps) = ObjectReader.Read(path, isShared);
                set.Add(Path.GetFileName(path), types, maps);
            }
            catch (AbiException e)
            {
                throw new AbiException($"{Path.GetFileName(path)}: {e.Message}");
            }
        }
        return set;
    }

    private void Add(string from, IReadOnlyList<AbiType> types, IReadOnlyList<AbiMap> maps)
    {
        foreach (var type in types)
        {
            Add(from, type);
        }
        foreach (var map in maps)
        {
            if (_maps.TryGetValue(map.Name, out var known) && known.Map.Signature != map.Signature)
            {
                throw new AbiException($"map {map.Name} differs from {known.Object}:\n  here:  {map.Signature}\n  there: {known.Map.Signature}");
            }
            _maps.TryAdd(map.Name, (map, from));
        }
    }

    private void Add(string from, AbiType type)
    {
        switch (type)
        {
            case AbiArray array:
                _arrays.TryAdd(array.Signature, array);
                Add(from, array.Element);
                return;
            case AbiScalar:
                return;
        }
        if (_types.TryGetValue(type.CName, out var known))
        {
            if (known.Type.Signature != type.Signature)
            {
                throw new AbiException($"{type.CName} differs from {known.Object}:\n  here:  {type.Signature}\n  there: {known.Type.Signature}");
            }
            return;
        }
        _types.Add(type.CName, (type, from));
        foreach (var field in (type as AbiStruct)?.Fields ?? [])
        {
            Add(from, field.Type);
        }
    }
}
