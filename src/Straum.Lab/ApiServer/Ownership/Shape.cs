using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Schemas;

namespace Straum.Lab.ApiServer.Ownership;

/// <summary>
/// How a value falls into parts that different managers can own: the listType, listMapKeys and mapType of the API's
/// types (KEP-555), from our own schemas for built-in kinds and from the OpenAPI schema for custom ones.
/// </summary>
internal sealed class Shape
{
    private static readonly Shape Atom = new(ShapeKind.Atom, static _ => Atom!);

    // What nobody has described: objects by key, everything else as a whole.
    private static readonly Shape Untyped = new(ShapeKind.Object, static _ => Untyped!);

    // +mapType=atomic, on the type or on the field.
    private static readonly HashSet<string> AtomicTypes = new(StringComparer.Ordinal)
    {
        "LabelSelector", "NodeSelector", "NodeSelectorTerm", "ObjectReference", "LocalObjectReference", "TypedLocalObjectReference",
        "ObjectFieldSelector", "ResourceFieldSelector", "SecretKeySelector", "ConfigMapKeySelector", "SecretReference",
    };

    private static readonly HashSet<string> AtomicFields = new(StringComparer.Ordinal) { "ServiceSpec.selector", "PodSpec.nodeSelector" };

    // Where server-side apply needs more to tell entries apart than a strategic merge patch.
    private static readonly Dictionary<string, string[]> SecondKeys = new(StringComparer.Ordinal)
    {
        ["ContainerPort"] = ["protocol"],
        ["ServicePort"] = ["protocol"],
        ["TopologySpreadConstraint"] = ["whenUnsatisfiable"],
    };

    private readonly Func<string, Shape> _part;

    private Shape(ShapeKind kind, Func<string, Shape> part, params string[] keys)
    {
        Kind = kind;
        _part = part;
        Keys = keys;
    }

    public ShapeKind Kind { get; }

    /// <summary>The fields that tell the entries of a keyed list apart, in order of their names.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The shape of an object's field.</summary>
    public Shape Field(string name) => _part(name);

    /// <summary>The shape of a list's entries.</summary>
    public Shape Items => _part("");

    /// <summary>The shape of a kind's objects.</summary>
    public static Shape Of(ApiResource resource)
    {
        if (resource.Schema is { } schema)
        {
            return Of(schema);
        }
        var metadata = Of(SchemaCatalog.Builtin.Kind("ConfigMap").Of("metadata"));
        var custom = resource.CustomSchema is { } own ? Of(own.Document) : Untyped;
        return new Shape(ShapeKind.Object, name => name == "metadata" ? metadata : custom.Field(name));
    }

    private static Shape Of(Schema schema) => schema.Type switch
    {
        SchemaType.Object when AtomicTypes.Contains(schema.Name) => Atom,
        SchemaType.Object => new Shape(ShapeKind.Object, name => schema.Fields.TryGetValue(name, out var field) ? Of(schema, field) : Atom),
        SchemaType.Map => Map(Of(schema.Items!)),
        _ => Atom,
    };

    private static Shape Of(Schema owner, SchemaField field)
    {
        if (field.Schema.Type != SchemaType.List)
        {
            return AtomicFields.Contains($"{owner.Name}.{field.Name}") ? Atom : Of(field.Schema);
        }
        if (!field.Merges)
        {
            return Atom;
        }
        var items = field.Schema.Items!;
        return field.MergeKey is { } key ? Keyed(Of(items), [key, .. SecondKeys.GetValueOrDefault(items.Name, [])]) : new Shape(ShapeKind.Set, static _ => Atom);
    }

    private static Shape Of(JsonObject openApi)
    {
        switch (openApi.Text("type"))
        {
            case "array":
                var items = openApi.Object("items") is { } item ? Of(item) : Untyped;
                return openApi.Text("x-kubernetes-list-type") switch
                {
                    "map" => Keyed(items, [.. openApi.Texts("x-kubernetes-list-map-keys")]),
                    "set" => new Shape(ShapeKind.Set, static _ => Atom),
                    _ => Atom,
                };
            case "object" or null when openApi.Text("x-kubernetes-map-type") != "atomic":
                var rest = openApi.Object("additionalProperties") is { } value ? Of(value) : Untyped;
                return new Shape(ShapeKind.Object, name => openApi.Object("properties", name) is { } property ? Of(property) : rest);
            default:
                return Atom;
        }
    }

    private static Shape Map(Shape items) => new(ShapeKind.Object, _ => items);

    private static Shape Keyed(Shape items, string[] keys) => new(ShapeKind.KeyedList, _ => items, [.. keys.Order(StringComparer.Ordinal)]);
}
