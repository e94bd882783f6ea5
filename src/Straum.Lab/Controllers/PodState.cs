using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>What controllers ask of a pod.</summary>
internal static class PodState
{
    /// <summary>Has ended, or is told to.</summary>
    public static bool IsActive(StoredObject pod) => pod.Deleting is null && !IsFinished(pod);

    public static bool IsFinished(StoredObject pod) => pod.View.Text("status", "phase") is "Succeeded" or "Failed";

    public static bool IsReady(StoredObject pod) => ReadyCondition(pod)?.Text("status") == "True";

    /// <summary>Has been ready for so long.</summary>
    public static bool IsAvailable(StoredObject pod, TimeSpan minReady, DateTimeOffset now) =>
        ReadyCondition(pod) is { } ready && ready.Text("status") == "True"
        && (minReady <= TimeSpan.Zero || ready.Time("lastTransitionTime") is { } since && since + minReady <= now);

    public static string Node(StoredObject pod) => pod.View.Text("spec", "nodeName") ?? "";

    private static JsonObject? ReadyCondition(StoredObject pod) =>
        pod.View.Objects("status", "conditions").FirstOrDefault(c => c.Text("type") == "Ready");
}
