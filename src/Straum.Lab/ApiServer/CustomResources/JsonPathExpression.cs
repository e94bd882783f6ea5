using System.Globalization;
using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.CustomResources;

/// <summary>
/// The part of kubectl's JSONPath that printer columns and selectable fields use: <c>.a.b</c>, <c>['a']</c>, <c>[0]</c>,
/// <c>[-1]</c>, <c>[*]</c> and <c>[?(@.type=="Ready")]</c>.
/// </summary>
internal sealed class JsonPathExpression
{
    private readonly List<Func<JsonNode, IEnumerable<JsonNode?>>> _steps = [];

    private JsonPathExpression()
    {
    }

    /// <summary>Reads a path; false when it uses anything else.</summary>
    public static bool TryParse(string text, out JsonPathExpression? expression)
    {
        expression = new JsonPathExpression();
        var rest = text.AsSpan().Trim().TrimStart('$');
        while (!rest.IsEmpty)
        {
            if (!expression.TryTakeStep(ref rest))
            {
                expression = null;
                return false;
            }
        }
        return true;
    }

    /// <summary>Everything that the path leads to.</summary>
    public IEnumerable<JsonNode> Select(JsonObject obj)
    {
        IEnumerable<JsonNode> at = [obj];
        foreach (var step in _steps)
        {
            at = at.SelectMany(step).OfType<JsonNode>();
        }
        return at;
    }

    private bool TryTakeStep(ref ReadOnlySpan<char> rest)
    {
        if (rest[0] == '.')
        {
            var end = rest[1..].IndexOfAny('.', '[');
            var name = (end < 0 ? rest[1..] : rest.Slice(1, end)).ToString();
            rest = rest[(1 + name.Length)..];
            _steps.Add(name is "" or "*" ? Children : node => Field(node, name));
            return name.Length > 0 || rest.IsEmpty || rest[0] == '[';
        }
        var close = rest.IndexOf(']');
        if (rest[0] != '[' || close < 0)
        {
            return false;
        }
        var inside = rest[1..close].Trim().ToString();
        rest = rest[(close + 1)..];
        if (inside == "*")
        {
            _steps.Add(Children);
        }
        else if (int.TryParse(inside, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
        {
            _steps.Add(node => Element(node, index));
        }
        else if (inside.Length > 1 && inside[0] is '\'' or '"')
        {
            var name = inside.Trim('\'', '"');
            _steps.Add(node => Field(node, name));
        }
        else
        {
            return TryAddFilter(inside);
        }
        return true;
    }

    private bool TryAddFilter(string text)
    {
        var parts = text.Split("==", 2, StringSplitOptions.TrimEntries);
        if (!text.StartsWith("?(@.", StringComparison.Ordinal) || !text.EndsWith(')') || parts.Length != 2)
        {
            return false;
        }
        var path = parts[0]["?(@.".Length..].Split('.');
        var wanted = parts[1][..^1].Trim().Trim('\'', '"');
        _steps.Add(node => Children(node).Where(child => child is JsonObject entry && entry.At(path)?.ToString() == wanted));
        return true;
    }

    private static IEnumerable<JsonNode?> Field(JsonNode node, string name) => node is JsonObject map ? [map[name]] : [];

    private static IEnumerable<JsonNode?> Element(JsonNode node, int index) =>
        node is JsonArray list && (index < 0 ? index + list.Count : index) is var at && at >= 0 && at < list.Count ? [list[at]] : [];

    private static IEnumerable<JsonNode?> Children(JsonNode node) => node switch
    {
        JsonArray list => list,
        JsonObject map => map.Select(pair => pair.Value),
        _ => [],
    };
}
