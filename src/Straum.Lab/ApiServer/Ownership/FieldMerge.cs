using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Ownership;

/// <summary>Lays an applied configuration over an object, and takes out what its applier no longer wants.</summary>
internal static class FieldMerge
{
    /// <summary>Every field of the configuration gets its value in the object; entries of lists that merge keep their place.</summary>
    public static void Apply(JsonObject target, JsonObject config, Shape shape)
    {
        foreach (var (name, value) in config)
        {
            target[name] = Merge(target[name], value, shape.Field(name));
        }
    }

    /// <summary>Removes what <paramref name="last"/> has, the configuration has no longer, and nobody else owns.</summary>
    /// <param name="node">An object or a list that merges; changed in place.</param>
    /// <param name="last">What the applier owned before.</param>
    /// <param name="config">What it owns now; null below something that it has given up.</param>
    /// <param name="others">What anybody else owns.</param>
    /// <param name="shape">The node's shape.</param>
    public static void Prune(JsonNode node, FieldTree last, FieldTree? config, FieldTree? others, Shape shape)
    {
        if (!Parts.TryTakeApart(node, shape, out var parts))
        {
            return;
        }
        foreach (var (name, owned) in last.Parts)
        {
            if (!parts.TryGetValue(name, out var part))
            {
                continue;
            }
            var (wanted, foreign) = (config?.Find(name), others?.Find(name));
            var isWhole = owned.Parts.Count == 0 || name[0] == 'k';
            if (wanted is null && foreign is null && isWhole)
            {
                Remove(node, name, part.Value);
            }
            else if (part.Value is { } below && owned.Parts.Count > 0)
            {
                Prune(below, owned, wanted, foreign, part.Shape);
                if (wanted is null && foreign is null && below is JsonObject { Count: 0 } or JsonArray { Count: 0 })
                {
                    Remove(node, name, below);
                }
            }
        }
    }

    private static JsonNode? Merge(JsonNode? target, JsonNode? value, Shape shape)
    {
        switch (shape.Kind, target, value)
        {
            case (ShapeKind.Object, JsonObject there, JsonObject given):
                Apply(there, given, shape);
                return there.Parent is null ? there : there.DeepClone();
            case (ShapeKind.KeyedList or ShapeKind.Set, JsonArray there, JsonArray given):
                return MergeLists(there, given, shape);
            default:
                return value?.DeepClone();
        }
    }

    private static JsonArray MergeLists(JsonArray there, JsonArray given, Shape shape)
    {
        var merged = (JsonArray)there.DeepClone();
        foreach (var item in given)
        {
            var name = Parts.NameOf(item, shape);
            var index = Enumerable.Range(0, merged.Count).FirstOrDefault(i => name is not null && Parts.NameOf(merged[i], shape) == name, -1);
            if (index < 0)
            {
                merged.Add((JsonNode?)item?.DeepClone());
            }
            else if (Merge(merged[index]?.DeepClone(), item, shape.Items) is { } entry)
            {
                merged[index] = entry;
            }
        }
        return merged;
    }

    private static void Remove(JsonNode node, string part, JsonNode? value)
    {
        if (node is JsonObject obj)
        {
            obj.Remove(part[2..]);
        }
        else if (node is JsonArray list)
        {
            list.Remove(value);
        }
    }
}
