using System.Text.Json.Nodes;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Formats;

/// <summary>A list of values of one format, none of them twice.</summary>
internal sealed class ListFormat<T>(ConfigFormat<T> item) : ConfigFormat<IReadOnlyList<T>>
{
    public override string Expected => $"a list, each item {item.Expected}";

    public override bool TryRead(ConfigNode node, Complain complain, out IReadOnlyList<T> value)
    {
        if (node is not ConfigList list)
        {
            return Refuse(node, complain, out value);
        }
        var items = new List<T>(list.Items.Count);
        var right = true;
        foreach (var entry in list.Items)
        {
            if (!item.TryRead(entry, complain, out var read))
            {
                right = false;
            }
            else if (items.Contains(read))
            {
                complain(entry, $"found {item.Print(read)} twice", "remove one of the two");
                right = false;
            }
            else
            {
                items.Add(read);
            }
        }
        value = items;
        return right;
    }

    public override string Print(IReadOnlyList<T> value) => $"[{string.Join(", ", value.Select(item.Print))}]";

    public override JsonNode ToJson(IReadOnlyList<T> value) => new JsonArray([.. value.Select(item.ToJson)]);

    public override JsonObject Schema() => new() { ["type"] = "array", ["items"] = item.Schema(), ["uniqueItems"] = true };
}
