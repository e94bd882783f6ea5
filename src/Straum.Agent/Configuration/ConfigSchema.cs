using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Straum.Agent.Configuration;

/// <summary>The JSON Schema (draft 2020-12) of straum.yaml, for editors; deploy/straum.schema.json is what this prints.</summary>
public static class ConfigSchema
{
    /// <summary>The schema as indented JSON with a line break at its end.</summary>
    public static string Print()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "straum.yaml",
            ["description"] = "Configuration of a Straum agent.",
        };
        foreach (var (name, value) in Group("").ToList())
        {
            schema[name] = value?.DeepClone();
        }
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            schema.WriteTo(writer);
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static JsonObject Group(string path)
    {
        var properties = new JsonObject();
        foreach (var name in ConfigKeys.Groups[path])
        {
            var inner = path is "" ? name : $"{path}.{name}";
            // A group without a value is as good as one that is not there.
            properties[name] = ConfigKeys.ByPath.TryGetValue(inner, out var key) ? key.Schema() : Group(inner);
        }
        return new JsonObject { ["type"] = path is "" ? "object" : new JsonArray("object", "null"), ["additionalProperties"] = false, ["properties"] = properties };
    }
}
