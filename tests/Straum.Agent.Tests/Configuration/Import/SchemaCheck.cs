using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Straum.Agent.Configuration;
using Straum.Kubernetes.Yaml;

namespace Straum.Agent.Tests.Configuration.Import;

/// <summary>A text of straum.yaml against deploy/straum.schema.json: the words of JSON Schema that it uses, and no others.</summary>
internal static class SchemaCheck
{
    public static IReadOnlyList<string> Problems(string yaml)
    {
        var problems = new List<string>();
        if (YamlJson.Documents(yaml) is [var document, ..])
        {
            Check(JsonNode.Parse(document.Span), JsonNode.Parse(ConfigSchema.Print())!.AsObject(), "", problems);
        }
        return problems;
    }

    private static void Check(JsonNode? value, JsonObject schema, string path, List<string> problems)
    {
        foreach (var (word, rule) in schema)
        {
            var right = word switch
            {
                "$schema" or "title" or "description" or "default" => true,
                "type" => rule is JsonArray kinds ? kinds.Any(k => IsA(value, (string)k!)) : IsA(value, (string)rule!),
                "enum" => rule!.AsArray().Any(v => JsonNode.DeepEquals(v, value)),
                "const" => JsonNode.DeepEquals(rule, value),
                "anyOf" => rule!.AsArray().Any(s => Fits(value, s!.AsObject())),
                "pattern" => Regex.IsMatch((string)value!, (string)rule!),
                "minimum" => (long)value! >= (long)rule!,
                "maximum" => (long)value! <= (long)rule!,
                "uniqueItems" => value!.AsArray().Select(static i => i!.ToJsonString()).Distinct().Count() == value.AsArray().Count,
                "items" => value!.AsArray().All(i => Fits(i, rule!.AsObject())),
                "additionalProperties" => value is not JsonObject fields || fields.All(f => schema["properties"]!.AsObject().ContainsKey(f.Key)),
                "properties" => true,
                _ => throw new InvalidOperationException($"the schema says {word}, which this check does not know"),
            };
            if (!right)
            {
                problems.Add($"{path}: {value?.ToJsonString()} is against {word} {rule?.ToJsonString()}");
            }
        }
        if (value is JsonObject group && schema["properties"] is JsonObject properties)
        {
            foreach (var (name, inner) in group.Where(f => properties.ContainsKey(f.Key)))
            {
                Check(inner, properties[name]!.AsObject(), $"{path}.{name}", problems);
            }
        }
    }

    private static bool Fits(JsonNode? value, JsonObject schema)
    {
        var problems = new List<string>();
        Check(value, schema, "", problems);
        return problems.Count == 0;
    }

    private static bool IsA(JsonNode? value, string kind) => kind switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == System.Text.Json.JsonValueKind.String,
        "boolean" => value?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
        "integer" => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number && !value.ToJsonString().AsSpan().ContainsAny(".eE"),
        _ => throw new InvalidOperationException("unknown type " + kind),
    };
}
