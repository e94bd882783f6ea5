using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;

namespace Straum.Lab.ApiServer.CustomResources;

/// <summary>Custom resources: their definition's schema defaults and validates them, and that is all.</summary>
internal sealed class CustomResourceStrategy(CustomResourceSchema schema, bool hasStatus) : ResourceStrategy
{
    public override void Default(JsonObject obj) => schema.Default(obj);

    public override void PrepareCreate(JsonObject obj, WriteContext context)
    {
        if (hasStatus)
        {
            obj.Remove("status");
        }
    }

    public override void Validate(JsonObject obj, JsonObject? old, List<StatusCause> causes) => schema.Validate(obj, causes);
}
