using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Schemas;

namespace Straum.Lab.ApiServer.Discovery;

/// <summary>The component schemas of one OpenAPI document: the kinds and every type they are made of.</summary>
internal sealed class OpenApiComponents(string group, string version)
{
    public JsonObject Schemas { get; } = [];

    /// <summary>Adds a kind; returns the name of its component.</summary>
    public string Add(ApiResource resource)
    {
        var name = NameOf(resource.Kind);
        var schema = resource.Schema is { } typed ? ObjectSchema(typed)
            : (JsonObject?)resource.CustomSchema?.Document.DeepClone() ?? new JsonObject { ["type"] = "object" };
        schema["x-kubernetes-group-version-kind"] = new JsonArray(OpenApiDocuments.GroupVersionKind(resource));
        Schemas[name] = schema;
        return name;
    }

    private string NameOf(string type)
    {
        var owner = group.Length == 0 ? "io.k8s.api.core"
            : group.EndsWith(".k8s.io", StringComparison.Ordinal) || !group.Contains('.', StringComparison.Ordinal) ? "io.k8s.api." + group.Split('.')[0]
            : string.Join('.', group.Split('.').Reverse());
        return $"{owner}.{version}.{type}";
    }

    private JsonObject ObjectSchema(Schema type)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var field in type.Fields.Values)
        {
            properties[field.Name] = Reference(field.Schema);
            if (field.Required)
            {
                required.Add((JsonNode)field.Name);
            }
        }
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }
        return schema;
    }

    private JsonObject Reference(Schema type)
    {
        switch (type.Type)
        {
            case SchemaType.Object:
                var name = NameOf(type.Name);
                if (!Schemas.ContainsKey(name))
                {
                    Schemas[name] = new JsonObject(); // the name is taken first: types may contain themselves
                    Schemas[name] = ObjectSchema(type);
                }
                return new JsonObject { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = "#/components/schemas/" + name }) };
            case SchemaType.List:
                return new JsonObject { ["type"] = "array", ["items"] = Reference(type.Items!) };
            case SchemaType.Map:
                return new JsonObject { ["type"] = "object", ["additionalProperties"] = Reference(type.Items!) };
            case SchemaType.Flag:
                return new JsonObject { ["type"] = "boolean" };
            case SchemaType.Integer:
                return new JsonObject { ["type"] = "integer", ["format"] = "int32" };
            case SchemaType.IntegerOrText:
                return new JsonObject { ["type"] = "string", ["format"] = "int-or-string" };
            case SchemaType.Bytes:
                return new JsonObject { ["type"] = "string", ["format"] = "byte" };
            case SchemaType.Time or SchemaType.MicroTime:
                return new JsonObject { ["type"] = "string", ["format"] = "date-time" };
            case SchemaType.Any:
                return new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
            default:
                return new JsonObject { ["type"] = "string" };
        }
    }
}
