using System.Globalization;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Schemas;

namespace Straum.Lab.ApiServer.Protobuf;

/// <summary>
/// Turns the protobuf bodies of client-go's typed clients into the JSON that they stand for. Responses are always
/// JSON, which those clients also accept. What the schema cannot decode is refused, never dropped.
/// </summary>
internal static class ProtobufDecoder
{
    public const string ContentType = "application/vnd.kubernetes.protobuf";

    // The end of the year 9999, the last that RFC 3339 can write.
    private const long MaxSeconds = 253402300799;

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>
    /// Reads the envelope (runtime.Unknown: type in field 1, content in field 2) and the object in it.
    /// Throws a <see cref="StatusException"/> on what cannot be decoded.
    /// </summary>
    /// <param name="schemaOf">The schema of a kind, given its name.</param>
    public static JsonObject Decode(ReadOnlySpan<byte> body, Func<string, Schema?> schemaOf)
    {
        if (!body.StartsWith(Magic))
        {
            throw StatusException.BadRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }
        try
        {
            var (version, kind) = ("", "");
            var content = ReadOnlySpan<byte>.Empty;
            var envelope = new ProtobufReader(body[Magic.Length..]);
            while (envelope.Next())
            {
                switch (envelope.Number)
                {
                    case 1:
                        (version, kind) = ReadType(envelope.Bytes);
                        break;
                    case 2:
                        content = envelope.Bytes;
                        break;
                }
            }
            var schema = schemaOf(kind) ?? throw Unsupported(kind);
            var obj = new JsonObject { ["apiVersion"] = version, ["kind"] = kind };
            ReadMessage(content, WireFields.Of(schema), obj, kind);
            return obj;
        }
        catch (FormatException e)
        {
            throw StatusException.BadRequest(e.Message);
        }
    }

    private static (string Version, string Kind) ReadType(ReadOnlySpan<byte> data)
    {
        var (version, kind) = ("", "");
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Number)
            {
                case 1:
                    version = reader.Text;
                    break;
                case 2:
                    kind = reader.Text;
                    break;
            }
        }
        return (version, kind);
    }

    private static void ReadMessage(ReadOnlySpan<byte> data, WireFields fields, JsonObject into, string path)
    {
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            if (fields.Inlined(reader.Number) is { } inlined)
            {
                ReadMessage(reader.Bytes, inlined, into, path);
            }
            else if (fields.Field(reader.Number) is { } field)
            {
                ReadField(ref reader, field, into, $"{path}.{field.Name}");
            }
            else
            {
                throw Unsupported($"{path}, field {reader.Number}");
            }
        }
    }

    private static void ReadField(ref ProtobufReader reader, SchemaField field, JsonObject into, string path)
    {
        var schema = field.Schema;
        switch (schema.Type)
        {
            case SchemaType.List:
                if (into[field.Name] is not JsonArray list)
                {
                    into[field.Name] = list = [];
                }
                if (field.Name != "managedFields")
                {
                    list.Add(ReadValue(ref reader, schema.Items!, keepsZero: true, path));
                }
                break;
            case SchemaType.Map:
                ReadEntry(reader.Bytes, schema.Items!, into.Need(field.Name), path);
                break;
            default:
                if (ReadValue(ref reader, schema, field.KeepsZero, path) is { } value)
                {
                    into[field.Name] = value;
                }
                break;
        }
    }

    private static void ReadEntry(ReadOnlySpan<byte> data, Schema items, JsonObject map, string path)
    {
        var key = "";
        JsonNode? value = null;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            if (reader.Number == 1)
            {
                key = reader.Text;
            }
            else
            {
                value = ReadValue(ref reader, items, keepsZero: true, path);
            }
        }
        map[key] = value ?? "";
    }

    // Null for a zero that only says that the field is not set.
    private static JsonNode? ReadValue(ref ProtobufReader reader, Schema schema, bool keepsZero, string path)
    {
        switch (schema.Type)
        {
            case SchemaType.Object:
                var nested = new JsonObject();
                ReadMessage(reader.Bytes, WireFields.Of(schema), nested, path);
                return nested;
            case SchemaType.Text:
                return reader.Bytes.IsEmpty && !keepsZero ? null : reader.Text;
            case SchemaType.Bytes:
                return Convert.ToBase64String(reader.Bytes);
            case SchemaType.Flag:
                return reader.Value == 0 && !keepsZero ? null : reader.Value != 0;
            case SchemaType.Integer:
                return reader.Value == 0 && !keepsZero ? null : (long)reader.Value;
            case SchemaType.IntegerOrText:
                return ReadIntegerOrText(reader.Bytes, keepsZero);
            case SchemaType.Quantity:
                return ReadQuantity(reader.Bytes);
            case SchemaType.Time:
                return ReadTime(reader.Bytes, "yyyy-MM-dd'T'HH:mm:ss'Z'");
            case SchemaType.MicroTime:
                return ReadTime(reader.Bytes, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
            default:
                return reader.Bytes.IsEmpty ? new JsonObject() : throw Unsupported(path);
        }
    }

    private static JsonNode? ReadIntegerOrText(ReadOnlySpan<byte> data, bool keepsZero)
    {
        var (isText, number, text) = (false, 0, "");
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Number)
            {
                case 1:
                    isText = reader.Value == 1;
                    break;
                case 2:
                    number = (int)reader.Value;
                    break;
                case 3:
                    text = reader.Text;
                    break;
            }
        }
        return isText ? text : number == 0 && !keepsZero ? null : number;
    }

    private static JsonValue ReadQuantity(ReadOnlySpan<byte> data)
    {
        var reader = new ProtobufReader(data);
        return JsonValue.Create(reader.Next() && reader.Number == 1 ? reader.Text : "0");
    }

    // An empty message is Go's zero time, which JSON writes as null.
    private static JsonNode? ReadTime(ReadOnlySpan<byte> data, string format)
    {
        var (seconds, nanos) = (0L, 0L);
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            if (reader.Number == 1)
            {
                seconds = (long)reader.Value;
            }
            else
            {
                nanos = (long)reader.Value;
            }
        }
        if (seconds is < 0 or > MaxSeconds || nanos is < 0 or >= 1_000_000_000)
        {
            throw new FormatException("protobuf: time out of range");
        }
        return seconds == 0 && nanos == 0
            ? null
            : DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100).UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
    }

    private static StatusException Unsupported(string what) =>
        StatusException.UnsupportedMediaType($"application/json, application/yaml; protobuf is not read for {what}");
}
