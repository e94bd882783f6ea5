using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Schemas;

namespace Straum.Lab.ApiServer.Patching;

/// <summary>
/// A strategic merge patch: like a merge patch, but lists for which the schema says so merge by a key, and directives
/// in the patch delete, replace, order and retain. Follows the format that kubectl writes
/// (<c>$patch</c>, <c>$setElementOrder/x</c>, <c>$deleteFromPrimitiveList/x</c>, <c>$retainKeys</c>).
/// </summary>
internal static class StrategicMergePatch
{
    private const string PatchDirective = "$patch";
    private const string RetainKeysDirective = "$retainKeys";
    private const string OrderPrefix = "$setElementOrder/";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";

    /// <summary>
    /// Applies the patch to <paramref name="target"/> in place:
    /// <list type="number">
    /// <item><c>$patch: replace</c> or <c>delete</c> empties the target first.</item>
    /// <item><c>$retainKeys</c> drops the other keys.</item>
    /// <item>Values merge; null removes.</item>
    /// <item><c>$deleteFromPrimitiveList</c> and <c>$setElementOrder</c> finish the lists.</item>
    /// </list>
    /// </summary>
    public static void Apply(JsonObject target, JsonObject patch, Schema schema)
    {
        // :: Step 1: the object's own directive
        switch (patch.Text(PatchDirective))
        {
            case null or "merge":
                break;
            case "replace":
                target.Clear();
                foreach (var (name, value) in Clean(patch))
                {
                    target[name] = value?.DeepClone();
                }
                return;
            case "delete":
                target.Clear();
                return;
            case var other:
                throw StatusException.BadRequest($"unknown patch type: \"{other}\"");
        }

        // :: Step 2: keys that may stay
        if (patch.Array(RetainKeysDirective) is { } retained)
        {
            var keys = retained.Select(JsonFields.AsText).ToHashSet();
            foreach (var name in target.Select(pair => pair.Key).Where(name => !keys.Contains(name)).ToList())
            {
                target.Remove(name);
            }
        }

        // :: Step 3: values
        var before = patch.Where(pair => pair.Key.StartsWith(OrderPrefix, StringComparison.Ordinal))
            .Select(pair => pair.Key[OrderPrefix.Length..])
            .ToDictionary(name => name, name => target.Array(name)?.Select(item => item?.DeepClone()).ToList() ?? []);
        foreach (var (name, value) in patch)
        {
            if (!name.StartsWith('$'))
            {
                MergeField(target, name, value, schema);
            }
        }

        // :: Step 4: lists
        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(DeletePrefix, StringComparison.Ordinal) && value is JsonArray unwanted
                && target.Array(name[DeletePrefix.Length..]) is { } reduced)
            {
                Filter(reduced, item => !unwanted.Any(gone => JsonNode.DeepEquals(gone, item)));
            }
        }
        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(OrderPrefix, StringComparison.Ordinal) && value is JsonArray order
                && target.Array(name[OrderPrefix.Length..]) is { } ordered)
            {
                var field = name[OrderPrefix.Length..];
                Reorder(ordered, order, before[field], schema.Fields.GetValueOrDefault(field)?.MergeKey);
            }
        }
    }

    private static void MergeField(JsonObject target, string name, JsonNode? value, Schema schema)
    {
        var field = schema.Fields.GetValueOrDefault(name);
        var child = field?.Schema ?? (schema.Type == SchemaType.Map ? schema.Items! : Schema.Any);
        switch (value)
        {
            case null:
                target.Remove(name);
                break;
            case JsonObject patch when target[name] is JsonObject nested:
                if (patch.Text(PatchDirective) == "delete")
                {
                    target.Remove(name);
                    break;
                }
                Apply(nested, patch, child);
                break;
            case JsonObject patch when patch.Text(PatchDirective) == "delete":
                break;
            case JsonArray patch when field is { Merges: true }:
                if (target[name] is not JsonArray list)
                {
                    target[name] = list = [];
                }
                MergeList(list, patch, field.MergeKey, child.Items ?? Schema.Any);
                break;
            default:
                target[name] = CleanNode(value);
                break;
        }
    }

    private static void MergeList(JsonArray target, JsonArray patch, string? key, Schema items)
    {
        if (key is null)
        {
            foreach (var item in patch)
            {
                if (!target.Any(there => JsonNode.DeepEquals(there, item)))
                {
                    target.Add(item?.DeepClone());
                }
            }
            return;
        }
        if (patch.OfType<JsonObject>().Any(item => item.Text(PatchDirective) == "replace"))
        {
            target.Clear();
        }
        foreach (var item in patch.OfType<JsonObject>())
        {
            var directive = item.Text(PatchDirective);
            if (directive == "replace")
            {
                continue;
            }
            if (item[key] is not { } value)
            {
                throw StatusException.BadRequest($"map: {item.ToJsonString()} does not contain declared merge key: {key}");
            }
            var match = target.OfType<JsonObject>().FirstOrDefault(there => JsonNode.DeepEquals(there[key], value));
            if (directive == "delete")
            {
                Filter(target, there => !JsonNode.DeepEquals((there as JsonObject)?[key], value));
            }
            else if (match is not null)
            {
                Apply(match, item, items);
            }
            else
            {
                target.Add((JsonNode?)Clean(item));
            }
        }
    }

    // Entries that the order names come in that order; the others keep their place relative to what stood there before.
    private static void Reorder(JsonArray list, JsonArray order, List<JsonNode?> before, string? key)
    {
        int Place(IReadOnlyList<JsonNode?> among, JsonNode? item)
        {
            for (var i = 0; i < among.Count; i++)
            {
                if (JsonNode.DeepEquals(KeyOf(among[i], key), KeyOf(item, key)))
                {
                    return i;
                }
            }
            return -1;
        }

        IReadOnlyList<JsonNode?> wanted = [.. order];
        var named = new Queue<JsonNode?>(list.Where(item => Place(wanted, item) >= 0).OrderBy(item => Place(wanted, item)));
        var others = new Queue<JsonNode?>(list.Where(item => Place(wanted, item) < 0));
        list.Clear();
        while (named.Count + others.Count > 0)
        {
            var takeOther = named.Count == 0
                || (others.Count > 0 && Place(before, named.Peek()) is >= 0 and var at && at > Place(before, others.Peek()));
            list.Add(takeOther ? others.Dequeue() : named.Dequeue());
        }
    }

    private static JsonNode? KeyOf(JsonNode? item, string? key) => key is not null && item is JsonObject map ? map[key] : item;

    private static void Filter(JsonArray list, Func<JsonNode?, bool> keep)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (!keep(list[i]))
            {
                list.RemoveAt(i);
            }
        }
    }

    private static JsonNode CleanNode(JsonNode value) => value switch
    {
        JsonObject map => Clean(map),
        JsonArray list => new JsonArray([.. list.Where(item => (item as JsonObject)?[PatchDirective] is null)
            .Select(item => item is null ? null : CleanNode(item))]),
        _ => value.DeepClone(),
    };

    // A value that had no counterpart to merge with: without directives and without the nulls that meant "remove".
    private static JsonObject Clean(JsonObject value)
    {
        var clean = new JsonObject();
        foreach (var (name, child) in value)
        {
            if (!name.StartsWith('$') && child is not null && (child as JsonObject)?.Text(PatchDirective) != "delete")
            {
                clean[name] = CleanNode(child);
            }
        }
        return clean;
    }
}
