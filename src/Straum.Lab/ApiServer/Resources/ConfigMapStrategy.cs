using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>ConfigMaps, and what Secrets share with them: keys that can be file names.</summary>
internal sealed partial class ConfigMapStrategy : ResourceStrategy
{
    public override void Validate(JsonObject obj, JsonObject? old, List<StatusCause> causes)
    {
        ValidateKeys(obj, "data", causes);
        ValidateKeys(obj, "binaryData", causes);
        if (old is not null && old.Flag("immutable") && !(JsonNode.DeepEquals(old["data"], obj["data"]) && JsonNode.DeepEquals(old["binaryData"], obj["binaryData"])))
        {
            causes.Add(StatusCause.Forbidden("data", "field is immutable when `immutable` is set"));
        }
    }

    /// <summary>Adds a cause for every key of a map that is not one.</summary>
    public static void ValidateKeys(JsonObject obj, string map, List<StatusCause> causes)
    {
        foreach (var (key, _) in obj.Object(map) ?? [])
        {
            if (!Key().IsMatch(key))
            {
                causes.Add(StatusCause.Invalid($"{map}[{key}]", $"\"{key}\"",
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
            }
        }
    }

    [GeneratedRegex(@"^[-._a-zA-Z0-9]{1,253}\z")]
    private static partial Regex Key();
}
