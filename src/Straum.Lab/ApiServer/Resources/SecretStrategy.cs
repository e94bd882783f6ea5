using System.Text;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>Secrets: <c>stringData</c> is folded into <c>data</c>, and there is a type.</summary>
internal sealed class SecretStrategy : ResourceStrategy
{
    public override void Default(JsonObject obj)
    {
        obj.Default("type", "Opaque");
        foreach (var (name, value) in obj.Object("stringData") ?? [])
        {
            obj.Need("data")[name] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value.AsText() ?? ""));
        }
        obj.Remove("stringData");
    }

    public override void Validate(JsonObject obj, JsonObject? old, List<StatusCause> causes) => ConfigMapStrategy.ValidateKeys(obj, "data", causes);
}
