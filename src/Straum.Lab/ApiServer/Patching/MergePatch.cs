using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Patching;

/// <summary>A JSON merge patch, RFC 7386: objects merge, null removes, all else replaces.</summary>
internal static class MergePatch
{
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject nested)
            {
                Apply(target.Need(name), nested);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}
