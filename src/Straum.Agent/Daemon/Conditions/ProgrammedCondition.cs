using System.Globalization;
using System.Text.Json.Nodes;
using Straum.Kubernetes.Objects;

namespace Straum.Agent.Daemon.Conditions;

/// <summary>
/// The condition <c>straum.io/Programmed</c> of a Service: False while a node has no room for it, and otherwise absent. One node
/// at a time holds it, and its message begins with that node's name: names of nodes have no colon.
/// </summary>
internal static class ProgrammedCondition
{
    public const string Type = WellKnown.Prefix + "Programmed";
    public const string Reason = "NoRoom";

    private const string NotProgrammed = "False";
    private const string AfterHolder = ": ";

    /// <summary>The node that has no room; null when no node says so, and empty when nobody knows which.</summary>
    public static string? HolderOf(Service service)
    {
        foreach (var condition in service.Conditions)
        {
            if (condition.Type == Type && condition.Status == NotProgrammed)
            {
                return condition.Message[..Math.Max(0, condition.Message.IndexOf(AfterHolder, StringComparison.Ordinal))];
            }
        }
        return null;
    }

    /// <summary>A strategic merge patch of the status that makes a node the holder; refused when the Service is of another version.</summary>
    public static JsonObject Claim(string version, string node, string why, DateTimeOffset now) => Patch(version, new JsonObject
    {
        ["type"] = Type,
        ["status"] = NotProgrammed,
        ["reason"] = Reason,
        ["message"] = node + AfterHolder + why,
        ["lastTransitionTime"] = now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
    });

    /// <summary>The same, that takes the condition away.</summary>
    public static JsonObject Clear(string version) => Patch(version, new JsonObject { ["$patch"] = "delete", ["type"] = Type });

    private static JsonObject Patch(string version, JsonObject condition) => new()
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = version },
        ["status"] = new JsonObject { ["conditions"] = new JsonArray(condition) },
    };
}
