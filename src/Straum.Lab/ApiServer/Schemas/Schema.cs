namespace Straum.Lab.ApiServer.Schemas;

/// <summary>The shape of a value, as far as strict decoding, strategic merge patch and OpenAPI need it.</summary>
internal sealed class Schema
{
    public static readonly Schema Any = new(SchemaType.Any, "any");

    private readonly Dictionary<string, SchemaField> _fields = new(StringComparer.Ordinal);

    public Schema(SchemaType type, string name, Schema? items = null)
    {
        Type = type;
        Name = name;
        Items = items;
    }

    public SchemaType Type { get; }

    /// <summary>Name of the type as a schema file writes it.</summary>
    public string Name { get; }

    /// <summary>What a list or a map holds.</summary>
    public Schema? Items { get; }

    /// <summary>Fields of an object, in the order of the file.</summary>
    public IReadOnlyDictionary<string, SchemaField> Fields => _fields;

    /// <summary>The schema of a field; <see cref="Any"/> when it is not known.</summary>
    public Schema Of(string field) => _fields.TryGetValue(field, out var found) ? found.Schema : Any;

    internal void Add(SchemaField field) => _fields[field.Name] = field;
}
