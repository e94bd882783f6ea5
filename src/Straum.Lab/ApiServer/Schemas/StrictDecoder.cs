using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Schemas;

/// <summary>
/// Brings what a client sent into the form that the kind has: unknown fields are dropped and reported, nulls are
/// dropped, and a value of a wrong type is refused in the words of the real server's decoder.
/// </summary>
internal sealed class StrictDecoder
{
    private static readonly SearchValues<char> Base64Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n");

    private readonly string _kind;
    private readonly string _version;
    private readonly List<string> _unknown = [];

    private StrictDecoder(string kind, string version)
    {
        _kind = kind;
        _version = version;
    }

    /// <summary>
    /// Cleans <paramref name="node"/> in place. Returns the unknown fields as the server words them; throws a
    /// BadRequest <see cref="StatusException"/> on a wrong type.
    /// </summary>
    public static IReadOnlyList<string> Decode(JsonObject node, Schema schema, string kind, string version)
    {
        var decoder = new StrictDecoder(kind, version);
        decoder.Visit(node, schema, "", kind);
        return decoder._unknown;
    }

    /// <summary>The refusal of an object with unknown fields under <c>fieldValidation=Strict</c>.</summary>
    public static StatusException Refusal(IReadOnlyList<string> unknown, string kind, string version) =>
        StatusException.BadRequest(
            $"{kind} in version \"{version}\" cannot be handled as a {kind}: strict decoding error: {string.Join(", ", unknown)}");

    private void Visit(JsonNode node, Schema schema, string path, string owner)
    {
        switch (schema.Type)
        {
            case SchemaType.Object:
                VisitObject(Expect<JsonObject>(node, path, owner, schema.Name), schema, path);
                break;
            case SchemaType.Map:
                VisitMap(Expect<JsonObject>(node, path, owner, "map[string]" + schema.Items!.Name), schema.Items!, path, owner);
                break;
            case SchemaType.List:
                var list = Expect<JsonArray>(node, path, owner, schema.Name);
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is { } item)
                    {
                        Visit(item, schema.Items!, $"{path}[{i}]", owner);
                    }
                }
                break;
            case SchemaType.Any:
                break;
            default:
                VisitValue(node, schema.Type, path, owner);
                break;
        }
    }

    private void VisitObject(JsonObject node, Schema schema, string path)
    {
        foreach (var (name, value) in node.ToList())
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (!schema.Fields.TryGetValue(name, out var field))
            {
                _unknown.Add($"unknown field \"{at}\"");
                node.Remove(name);
            }
            else if (value is null)
            {
                node.Remove(name);
            }
            else
            {
                Visit(value, field.Schema, at, schema.Name);
            }
        }
    }

    private void VisitMap(JsonObject node, Schema items, string path, string owner)
    {
        foreach (var (name, value) in node.ToList())
        {
            if (value is not null)
            {
                Visit(value, items, $"{path}.{name}", owner);
            }
            else if (items.Type is SchemaType.Text or SchemaType.Bytes)
            {
                node[name] = "";
            }
            else
            {
                node.Remove(name);
            }
        }
    }

    private void VisitValue(JsonNode node, SchemaType type, string path, string owner)
    {
        var kind = node.GetValueKind();
        var fits = type switch
        {
            SchemaType.Flag => kind is JsonValueKind.True or JsonValueKind.False,
            SchemaType.Integer => node.AsNumber() is not null,
            SchemaType.IntegerOrText => kind is JsonValueKind.String || node.AsNumber() is not null,
            SchemaType.Quantity => kind is JsonValueKind.String or JsonValueKind.Number,
            _ => kind is JsonValueKind.String,
        };
        if (!fits)
        {
            throw WrongType(node, path, owner, type switch
            {
                SchemaType.Flag => "bool",
                SchemaType.Integer => "int32",
                SchemaType.IntegerOrText => "intstr.IntOrString",
                SchemaType.Quantity => "resource.Quantity",
                SchemaType.Time => "v1.Time",
                SchemaType.MicroTime => "v1.MicroTime",
                SchemaType.Bytes => "[]uint8",
                _ => "string",
            });
        }
        if (type == SchemaType.Bytes && node.AsText() is { } text && !Base64.IsValid(text))
        {
            var at = text.AsSpan().IndexOfAnyExcept(Base64Alphabet);
            throw StatusException.BadRequest(
                $"{_kind} in version \"{_version}\" cannot be handled as a {_kind}: illegal base64 data at input byte {(at < 0 ? text.Length / 4 * 4 : at)}");
        }
    }

    private T Expect<T>(JsonNode node, string path, string owner, string wanted)
        where T : JsonNode =>
        node as T ?? throw WrongType(node, path, owner, wanted);

    private StatusException WrongType(JsonNode node, string path, string owner, string wanted)
    {
        var found = node.GetValueKind() switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            _ => "bool",
        };
        return StatusException.BadRequest(
            $"{_kind} in version \"{_version}\" cannot be handled as a {_kind}: " +
            $"json: cannot unmarshal {found} into Go struct field {owner}.{path} of type {wanted}");
    }
}
