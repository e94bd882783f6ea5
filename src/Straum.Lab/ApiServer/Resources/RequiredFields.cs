using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Schemas;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>Finds the fields that the schema requires and the object lacks.</summary>
internal static class RequiredFields
{
    public static void Check(JsonObject obj, Schema schema, string path, List<StatusCause> causes)
    {
        foreach (var field in schema.Fields.Values)
        {
            var at = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            var value = obj[field.Name];
            if (field.Required && (value is null || value is JsonArray { Count: 0 } || value.AsText() is ""))
            {
                causes.Add(StatusCause.Required(at));
            }
            switch (field.Schema.Type, value)
            {
                case (SchemaType.Object, JsonObject nested):
                    Check(nested, field.Schema, at, causes);
                    break;
                case (SchemaType.List, JsonArray list) when field.Schema.Items!.Type == SchemaType.Object:
                    foreach (var (index, item) in list.Index())
                    {
                        if (item is JsonObject entry)
                        {
                            Check(entry, field.Schema.Items, $"{at}[{index}]", causes);
                        }
                    }
                    break;
            }
        }
    }
}
