using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.CustomResources;

/// <summary>
/// The openAPIV3Schema of one version of a custom resource: what is pruned, defaulted and validated. CEL rules
/// (<c>x-kubernetes-validations</c>) and formats are not evaluated.
/// </summary>
internal sealed class CustomResourceSchema(JsonObject document, bool preservesUnknown)
{
    /// <summary>The schema itself, for OpenAPI; not to be changed.</summary>
    public JsonObject Document => document;

    /// <summary>Drops the fields that the schema does not know and returns them as the server words them.</summary>
    public IReadOnlyList<string> Prune(JsonObject obj)
    {
        var unknown = new List<string>();
        if (!preservesUnknown)
        {
            foreach (var (name, value) in obj.ToList())
            {
                if (name is "apiVersion" or "kind" or "metadata")
                {
                    continue;
                }
                PruneField(obj, name, value, document, name, unknown);
            }
        }
        return unknown;
    }

    /// <summary>Fills in the defaults of absent fields.</summary>
    public void Default(JsonObject obj) => Default(obj, document);

    public void Validate(JsonObject obj, List<StatusCause> causes) => new CustomResourceValidator(causes).Visit(obj, document, "");

    private static void PruneObject(JsonObject obj, JsonObject schema, string path, List<string> unknown)
    {
        if (schema.Flag("x-kubernetes-preserve-unknown-fields") && !schema.ContainsKey("properties"))
        {
            return;
        }
        foreach (var (name, value) in obj.ToList())
        {
            if (schema.Flag("x-kubernetes-embedded-resource") && name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }
            PruneField(obj, name, value, schema, $"{path}.{name}", unknown);
        }
    }

    private static void PruneField(JsonObject obj, string name, JsonNode? value, JsonObject schema, string path, List<string> unknown)
    {
        var child = schema.Object("properties", name) ?? schema.Object("additionalProperties");
        if (child is not null)
        {
            PruneValue(value, child, path, unknown);
        }
        else if (!schema.Flag("x-kubernetes-preserve-unknown-fields") && !schema.Flag("additionalProperties"))
        {
            unknown.Add($"unknown field \"{path}\"");
            obj.Remove(name);
        }
    }

    private static void PruneValue(JsonNode? value, JsonObject schema, string path, List<string> unknown)
    {
        switch (value)
        {
            case JsonObject nested:
                PruneObject(nested, schema, path, unknown);
                break;
            case JsonArray list when schema.Object("items") is { } items:
                foreach (var (index, item) in list.Index())
                {
                    PruneValue(item, items, $"{path}[{index}]", unknown);
                }
                break;
        }
    }

    private static void Default(JsonNode? value, JsonObject schema)
    {
        switch (value)
        {
            case JsonObject obj:
                foreach (var (name, child) in schema.Object("properties") ?? [])
                {
                    if (child is not JsonObject property)
                    {
                        continue;
                    }
                    if (property["default"] is { } preset && (!obj.TryGetPropertyValue(name, out var there) || there is null && !property.Flag("nullable")))
                    {
                        obj[name] = preset.DeepClone();
                    }
                    Default(obj[name], property);
                }
                if (schema.Object("additionalProperties") is { } rest)
                {
                    foreach (var (name, child) in obj.ToList())
                    {
                        if (schema.Object("properties", name) is null)
                        {
                            Default(child, rest);
                        }
                    }
                }
                break;
            case JsonArray list when schema.Object("items") is { } items:
                foreach (var item in list)
                {
                    Default(item, items);
                }
                break;
        }
    }
}
