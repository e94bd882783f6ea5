using System.Runtime.CompilerServices;
using Straum.Lab.ApiServer.Schemas;

namespace Straum.Lab.ApiServer.Protobuf;

/// <summary>The fields of a message by number; a number leads to a field or to a message that JSON does not show.</summary>
internal sealed class WireFields
{
    private static readonly ConditionalWeakTable<Schema, WireFields> Cache = [];

    private readonly Dictionary<int, SchemaField> _fields = [];
    private readonly Dictionary<int, WireFields> _inlined = [];

    public static WireFields Of(Schema schema) => Cache.GetValue(schema, static type =>
    {
        var fields = new WireFields();
        foreach (var field in type.Fields.Values.Where(field => field.Wire.Count > 0))
        {
            fields.Add(field, 0);
        }
        return fields;
    });

    public SchemaField? Field(int number) => _fields.GetValueOrDefault(number);

    public WireFields? Inlined(int number) => _inlined.GetValueOrDefault(number);

    private void Add(SchemaField field, int depth)
    {
        var number = field.Wire[depth];
        if (depth == field.Wire.Count - 1)
        {
            _fields.Add(number, field);
            return;
        }
        if (!_inlined.TryGetValue(number, out var nested))
        {
            _inlined.Add(number, nested = new WireFields());
        }
        nested.Add(field, depth + 1);
    }
}
