using System.Text;
using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Ownership;

/// <summary>Takes values apart along their <see cref="Shape"/>, under the names that fieldsV1 has for the parts.</summary>
internal static class Parts
{
    // Keys that a type defaults: an applied entry that leaves them out is the one that the server stored with them.
    private static readonly Dictionary<string, string> KeyDefaults = new(StringComparer.Ordinal) { ["protocol"] = "TCP" };

    /// <summary>
    /// The parts of a value: <c>f:NAME</c> for fields, <c>k:{…}</c> for entries with keys, <c>v:…</c> for members of a set.
    /// False when the value is owned as a whole. A list that names an entry twice is, too: nobody could tell them apart.
    /// </summary>
    public static bool TryTakeApart(JsonNode? value, Shape shape, out Dictionary<string, (JsonNode? Value, Shape Shape)> parts)
    {
        parts = new(StringComparer.Ordinal);
        switch (shape.Kind, value)
        {
            case (ShapeKind.Object, JsonObject obj):
                foreach (var (name, part) in obj)
                {
                    parts["f:" + name] = (part, shape.Field(name));
                }
                return true;
            case (ShapeKind.KeyedList or ShapeKind.Set, JsonArray list):
                foreach (var item in list)
                {
                    if (NameOf(item, shape) is not { } name || !parts.TryAdd(name, (item, shape.Items)))
                    {
                        return false;
                    }
                }
                return true;
            default:
                return false;
        }
    }

    /// <summary>What fieldsV1 calls an entry of a list; null when it lacks a key.</summary>
    public static string? NameOf(JsonNode? item, Shape list)
    {
        if (list.Kind is ShapeKind.Set)
        {
            return item is JsonValue ? "v:" + Text(item) : null;
        }
        if (item is not JsonObject obj)
        {
            return null;
        }
        var keys = new JsonObject();
        foreach (var key in list.Keys)
        {
            var value = obj[key]?.DeepClone() ?? (KeyDefaults.TryGetValue(key, out var given) ? JsonValue.Create(given) : null);
            if (value is null)
            {
                return null;
            }
            keys[key] = value;
        }
        return "k:" + Text(keys);
    }

    private static string Text(JsonNode node) => Encoding.UTF8.GetString(node.ToUtf8());
}
