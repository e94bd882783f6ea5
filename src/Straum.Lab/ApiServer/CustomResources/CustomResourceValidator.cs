using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.CustomResources;

/// <summary>Checks a value against an OpenAPI v3 schema and words what is wrong as the real server does.</summary>
internal sealed class CustomResourceValidator(List<StatusCause> causes)
{
    // Patterns come from users; one that backtracks for long must not hold up the store.
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromMilliseconds(100);

    public void Visit(JsonNode? value, JsonObject schema, string path)
    {
        if (value is null)
        {
            if (!schema.Flag("nullable"))
            {
                Invalid(path, "null", $"must be of type {schema.Text("type")}: \"null\"");
            }
            return;
        }
        if (!HasType(value, schema))
        {
            Invalid(path, Show(value), $"must be of type {schema.Text("type")}: \"{TypeOf(value)}\"");
            return;
        }
        CheckEnum(value, schema, path);
        switch (value)
        {
            case JsonObject obj:
                VisitObject(obj, schema, path);
                break;
            case JsonArray list:
                VisitList(list, schema, path);
                break;
            case JsonValue when value.AsText() is { } text:
                CheckText(text, schema, path);
                break;
            case JsonValue when value.AsReal() is { } number:
                CheckNumber(number, Show(value), schema, path);
                break;
        }
        CheckCombinations(value, schema, path);
    }

    private void VisitObject(JsonObject obj, JsonObject schema, string path)
    {
        foreach (var name in schema.Texts("required").Where(name => !obj.ContainsKey(name)))
        {
            causes.Add(StatusCause.Required(Join(path, name)));
        }
        foreach (var (name, value) in obj)
        {
            if (path.Length == 0 && name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }
            if ((schema.Object("properties", name) ?? schema.Object("additionalProperties")) is { } child)
            {
                Visit(value, child, Join(path, name));
            }
        }
        Bound(obj.Count, schema, "minProperties", "maxProperties", path, "properties");
    }

    private void VisitList(JsonArray list, JsonObject schema, string path)
    {
        if (schema.Object("items") is { } items)
        {
            foreach (var (index, item) in list.Index())
            {
                Visit(item, items, $"{path}[{index}]");
            }
        }
        Bound(list.Count, schema, "minItems", "maxItems", path, "items");
        var keys = schema.Texts("x-kubernetes-list-map-keys").ToList();
        if (schema.Text("x-kubernetes-list-type") == "map" && keys.Count > 0)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (index, item) in list.Index())
            {
                if (item is JsonObject entry && !seen.Add(string.Join('\0', keys.Select(key => entry[key]?.ToJsonString()))))
                {
                    causes.Add(StatusCause.Duplicate($"{path}[{index}]", $"{{{string.Join(", ", keys.Select(key => $"\"{key}\":{entry[key]?.ToJsonString()}"))}}}"));
                }
            }
        }
    }

    private void CheckEnum(JsonNode value, JsonObject schema, string path)
    {
        if (schema.Array("enum") is { } allowed && !allowed.Any(choice => JsonNode.DeepEquals(choice, value)))
        {
            causes.Add(StatusCause.NotSupported(path, Show(value), [.. allowed.Select(choice => choice?.ToString() ?? "null")]));
        }
    }

    private void CheckText(string text, JsonObject schema, string path)
    {
        if (schema.Number("minLength") is { } min && text.Length < min)
        {
            Invalid(path, $"\"{text}\"", $"should be at least {min} chars long");
        }
        if (schema.Number("maxLength") is { } max && text.Length > max)
        {
            causes.Add(new StatusCause("FieldValueTooLong", $"Too long: may not be more than {max} bytes", path));
        }
        if (schema.Text("pattern") is { } pattern && !Matches(text, pattern))
        {
            Invalid(path, $"\"{text}\"", $"should match '{pattern}'");
        }
    }

    private void CheckNumber(double number, string shown, JsonObject schema, string path)
    {
        if (schema["minimum"].AsReal() is { } min && (number < min || (schema.Flag("exclusiveMinimum") && number == min)))
        {
            Invalid(path, shown, schema.Flag("exclusiveMinimum") ? $"should be greater than {min}" : $"should be greater than or equal to {min}");
        }
        if (schema["maximum"].AsReal() is { } max && (number > max || (schema.Flag("exclusiveMaximum") && number == max)))
        {
            Invalid(path, shown, schema.Flag("exclusiveMaximum") ? $"should be less than {max}" : $"should be less than or equal to {max}");
        }
    }

    private void CheckCombinations(JsonNode value, JsonObject schema, string path)
    {
        foreach (var part in schema.Objects("allOf"))
        {
            Visit(value, Typed(part, schema), path);
        }
        if (schema.Array("anyOf") is { Count: > 0 } && !schema.Objects("anyOf").Any(part => Accepts(value, Typed(part, schema))))
        {
            Invalid(path, "", "must validate at least one schema (anyOf)");
        }
        if (schema.Array("oneOf") is { Count: > 0 } && schema.Objects("oneOf").Count(part => Accepts(value, Typed(part, schema))) != 1)
        {
            Invalid(path, "", "must validate one and only one schema (oneOf)");
        }
        if (schema.Object("not") is { } forbidden && Accepts(value, Typed(forbidden, schema)))
        {
            Invalid(path, "", "must not validate the schema (not)");
        }
    }

    private static bool Accepts(JsonNode value, JsonObject schema)
    {
        var found = new List<StatusCause>();
        new CustomResourceValidator(found).Visit(value, schema, "");
        return found.Count == 0;
    }

    // Parts of a combination carry no type of their own; in them null is as allowed as outside.
    private static JsonObject Typed(JsonObject part, JsonObject schema)
    {
        if (!schema.Flag("nullable") || part.ContainsKey("nullable"))
        {
            return part;
        }
        var typed = (JsonObject)part.DeepClone();
        typed["nullable"] = true;
        return typed;
    }

    private void Bound(int count, JsonObject schema, string least, string most, string path, string what)
    {
        if (schema.Number(least) is { } min && count < min)
        {
            Invalid(path, $"{count}", $"should have at least {min} {what}");
        }
        if (schema.Number(most) is { } max && count > max)
        {
            causes.Add(new StatusCause("FieldValueTooMany", $"Too many: {count}: must have at most {max} {what}", path));
        }
    }

    private void Invalid(string path, string value, string problem) =>
        causes.Add(StatusCause.Invalid(path.Length == 0 ? "<nil>" : path, value, $"{path} in body {problem}".TrimStart()));

    private static bool Matches(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, PatternTimeout);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            return true; // a pattern that cannot be judged refuses nothing
        }
    }

    private static bool HasType(JsonNode value, JsonObject schema)
    {
        if (schema.Flag("x-kubernetes-int-or-string"))
        {
            return value.AsText() is not null || value.AsNumber() is not null;
        }
        return schema.Text("type") switch
        {
            "object" => value is JsonObject,
            "array" => value is JsonArray,
            "string" => value.AsText() is not null,
            "boolean" => value.AsFlag() is not null,
            "integer" => value.AsNumber() is not null,
            "number" => value.AsReal() is not null,
            _ => true,
        };
    }

    private static string TypeOf(JsonNode value) => value switch
    {
        JsonObject => "object",
        JsonArray => "array",
        _ when value.AsText() is not null => "string",
        _ when value.AsFlag() is not null => "boolean",
        _ when value.AsNumber() is not null => "integer",
        _ => "number",
    };

    private static string Show(JsonNode value) => value is JsonObject or JsonArray ? $"\"{TypeOf(value)}\"" : value.ToJsonString();

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
