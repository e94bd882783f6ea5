using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer;

/// <summary>
/// Reading and writing fields of an object by path. A missing field and one of another type both read as absent:
/// what a client sent is checked by validation, not by every reader.
/// </summary>
internal static class JsonFields
{
    private static readonly JsonWriterOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = 256,
    };

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    /// <summary>Parses one JSON object. Throws <see cref="JsonException"/> on anything else.</summary>
    public static JsonObject Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonNode.Parse(utf8, documentOptions: Deep) as JsonObject ?? throw new JsonException("not a JSON object");
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e); // a property given twice
        }
    }

    /// <summary>The node as compact UTF-8 without needless escapes.</summary>
    public static byte[] ToUtf8(this JsonNode node)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            node.WriteTo(writer);
        }
        return buffer.WrittenSpan.ToArray();
    }

    public static JsonNode? At(this JsonObject node, params ReadOnlySpan<string> path)
    {
        JsonNode? at = node;
        foreach (var name in path)
        {
            if (at is not JsonObject parent || !parent.TryGetPropertyValue(name, out at))
            {
                return null;
            }
        }
        return at;
    }

    public static JsonObject? Object(this JsonObject node, params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

    /// <summary>The elements of a list that are objects; none when the list is absent.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray list ? list.OfType<JsonObject>() : [];

    public static JsonArray? Array(this JsonObject node, params ReadOnlySpan<string> path) => node.At(path) as JsonArray;

    public static string? Text(this JsonObject node, params ReadOnlySpan<string> path) => node.At(path).AsText();

    public static long? Number(this JsonObject node, params ReadOnlySpan<string> path) => node.At(path).AsNumber();

    public static bool Flag(this JsonObject node, params ReadOnlySpan<string> path) => node.At(path).AsFlag() ?? false;

    /// <summary>The strings of a list; none when the list is absent.</summary>
    public static IEnumerable<string> Texts(this JsonObject node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray list ? list.Select(AsText).OfType<string>() : [];

    public static DateTimeOffset? Time(this JsonObject node, params ReadOnlySpan<string> path) =>
        DateTimeOffset.TryParse(node.Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    public static string? AsText(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static bool? AsFlag(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    /// <summary>An integer, however it is held.</summary>
    public static long? AsNumber(this JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
        {
            return null;
        }
        if (value.TryGetValue<long>(out var wide))
        {
            return wide;
        }
        return value.TryGetValue<int>(out var narrow) ? narrow
            : value.TryGetValue<double>(out var real) && real == Math.Floor(real) ? (long)real
            : null;
    }

    /// <summary>A number, however it is held.</summary>
    public static double? AsReal(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<double>(out var real) ? real : node.AsNumber();

    /// <summary>The object at the path; made, with its parents, where it is missing.</summary>
    public static JsonObject Need(this JsonObject node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (node[name] is not JsonObject child)
            {
                node[name] = child = [];
            }
            node = child;
        }
        return node;
    }

    /// <summary>Sets a field that is absent or null.</summary>
    public static void Default(this JsonObject node, string name, JsonNode value)
    {
        if (node[name] is null)
        {
            node[name] = value;
        }
    }

    /// <summary>Makes a field what <paramref name="value"/> is; a null value removes it.</summary>
    public static void Put(this JsonObject node, string name, JsonNode? value)
    {
        if (value is null)
        {
            node.Remove(name);
        }
        else
        {
            node[name] = value.Parent is null ? value : value.DeepClone();
        }
    }

    /// <summary>RFC 3339 in whole seconds, the form of metav1.Time.</summary>
    public static string ToTimestamp(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
