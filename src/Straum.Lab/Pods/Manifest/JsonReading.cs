using System.Text.Json;

namespace Straum.Lab.Pods.Manifest;

/// <summary>Reading optional fields of API objects; an absent field and null are the same, as in the API.</summary>
internal static class JsonReading
{
    public static JsonElement? Part(this JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    public static string? Text(this JsonElement parent, string name) =>
        parent.Part(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static long? Number(this JsonElement parent, string name) =>
        parent.Part(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    public static bool Flag(this JsonElement parent, string name) => parent.Part(name) is { ValueKind: JsonValueKind.True };

    public static IEnumerable<JsonElement> Items(this JsonElement parent, string name) =>
        parent.Part(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    public static IReadOnlyDictionary<string, string> Texts(this JsonElement parent, string name)
    {
        var texts = new Dictionary<string, string>();
        foreach (var property in parent.Part(name) is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject() : default)
        {
            texts[property.Name] = property.Value.GetString() ?? "";
        }
        return texts;
    }
}
