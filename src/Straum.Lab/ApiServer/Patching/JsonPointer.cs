using System.Globalization;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Patching;

/// <summary>A place in a document as RFC 6901 writes it.</summary>
internal sealed class JsonPointer
{
    private readonly string _text;
    private readonly string[] _steps;

    public JsonPointer(string text)
    {
        if (text.Length > 0 && text[0] != '/')
        {
            throw StatusException.BadRequest($"invalid JSON pointer \"{text}\": must be empty or begin with /");
        }
        _text = text;
        _steps = text.Length == 0
            ? []
            : [.. text[1..].Split('/').Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
    }

    public bool IsRoot => _steps.Length == 0;

    public JsonNode? Get(JsonNode root)
    {
        JsonNode? at = root;
        foreach (var step in _steps)
        {
            at = Child(at, step);
        }
        return at;
    }

    /// <summary>Adds as RFC 6902 has it: inserts into a list, sets in an object.</summary>
    public void Add(JsonNode root, JsonNode? value)
    {
        switch (Parent(root))
        {
            case JsonObject map:
                map[_steps[^1]] = value;
                break;
            case JsonArray list:
                list.Insert(_steps[^1] == "-" ? list.Count : Index(_steps[^1], list.Count), value);
                break;
            default:
                throw Missing();
        }
    }

    public void Replace(JsonNode root, JsonNode? value)
    {
        switch (Parent(root))
        {
            case JsonObject map when map.ContainsKey(_steps[^1]):
                map[_steps[^1]] = value;
                break;
            case JsonArray list:
                list[Index(_steps[^1], list.Count - 1)] = value;
                break;
            default:
                throw Missing();
        }
    }

    public void Remove(JsonNode root)
    {
        switch (Parent(root))
        {
            case JsonObject map when map.Remove(_steps[^1]):
                break;
            case JsonArray list:
                list.RemoveAt(Index(_steps[^1], list.Count - 1));
                break;
            default:
                throw Missing();
        }
    }

    private JsonNode? Parent(JsonNode root)
    {
        if (IsRoot)
        {
            throw StatusException.BadRequest("a JSON patch cannot add, replace or remove the whole object");
        }
        JsonNode? at = root;
        foreach (var step in _steps.AsSpan(0, _steps.Length - 1))
        {
            at = Child(at, step);
        }
        return at;
    }

    private JsonNode? Child(JsonNode? node, string step) => node switch
    {
        JsonObject map when map.TryGetPropertyValue(step, out var child) => child,
        JsonArray list => list[Index(step, list.Count - 1)],
        _ => throw Missing(),
    };

    private int Index(string step, int max) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= max ? index : throw Missing();

    private StatusException Missing() => StatusException.Unprocessable($"doc is missing path: \"{_text}\": missing value");
}
