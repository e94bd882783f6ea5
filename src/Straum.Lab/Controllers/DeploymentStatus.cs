using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>The status of a deployment: counts over its ReplicaSets, and the two conditions that kubectl waits for.</summary>
internal static class DeploymentStatus
{
    /// <param name="sets">All its ReplicaSets.</param>
    /// <param name="current">The one of the current template; null when there is none yet.</param>
    /// <param name="lookAgain">When progress will be overdue; null when there is nothing to wait for.</param>
    public static JsonObject Of(StoredObject deployment, List<StoredObject> sets, StoredObject? current, DateTimeOffset now, out TimeSpan? lookAgain)
    {
        var old = deployment.View.Object("status") ?? [];
        var wanted = (int)(deployment.View.Number("spec", "replicas") ?? 1);
        var total = Sum(sets, "replicas");
        var updated = current is null ? 0 : Sum([current], "replicas");
        var available = Sum(sets, "availableReplicas");
        var status = new JsonObject { ["observedGeneration"] = deployment.View.Number("metadata", "generation") ?? 0 };
        Count(status, "replicas", total);
        Count(status, "updatedReplicas", updated);
        Count(status, "readyReplicas", Sum(sets, "readyReplicas"));
        Count(status, "availableReplicas", available);
        Count(status, "unavailableReplicas", Math.Max(0, total - available));
        status.Put("collisionCount", old["collisionCount"]);

        var needed = wanted - RollingUpdateBounds.Of(deployment.View, wanted).MaxUnavailable;
        var availability = available >= needed
            ? Condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
            : Condition("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
        var moved = (string[])["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"];
        var progressed = moved.Any(count => (old.Number(count) ?? 0) != (status.Number(count) ?? 0));
        var complete = current is not null && updated == wanted && total == wanted && available == wanted;
        var progress = Progress(deployment, current, complete, progressed, now, out lookAgain);
        status["conditions"] = new JsonArray(
            Merge(old, availability, touched: false, now),
            Merge(old, progress, touched: progressed && !complete, now));
        return status;
    }

    private static JsonObject Progress(
        StoredObject deployment, StoredObject? current, bool complete, bool progressed, DateTimeOffset now, out TimeSpan? lookAgain)
    {
        lookAgain = null;
        var name = current?.Name ?? deployment.Name;
        if (complete)
        {
            return Condition("Progressing", "True", "NewReplicaSetAvailable", $"ReplicaSet \"{name}\" has successfully progressed.");
        }
        var before = deployment.View.Objects("status", "conditions").FirstOrDefault(c => c.Text("type") == "Progressing");
        if (deployment.View.Flag("spec", "paused"))
        {
            return Condition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused");
        }
        var deadline = TimeSpan.FromSeconds(deployment.View.Number("spec", "progressDeadlineSeconds") ?? 600);
        var since = before?.Time("lastUpdateTime") ?? now;
        // A rollout that was done starts a new one with a clock of its own.
        var overdue = !progressed && before?.Text("reason") is not ("NewReplicaSetAvailable" or null) && since + deadline <= now;
        if (overdue)
        {
            return Condition("Progressing", "False", "ProgressDeadlineExceeded", $"ReplicaSet \"{name}\" has timed out progressing.");
        }
        lookAgain = deadline;
        return before is null
            ? Condition("Progressing", "True", "NewReplicaSetCreated", $"Created new replica set \"{name}\"")
            : Condition("Progressing", "True", "ReplicaSetUpdated", $"ReplicaSet \"{name}\" is progressing.");
    }

    private static JsonObject Condition(string type, string status, string reason, string message) =>
        new() { ["type"] = type, ["status"] = status, ["reason"] = reason, ["message"] = message };

    // Times move only when what they tell of has moved, so that an unchanged status is not written again.
    private static JsonObject Merge(JsonObject oldStatus, JsonObject condition, bool touched, DateTimeOffset now)
    {
        var old = oldStatus.Objects("conditions").FirstOrDefault(c => c.Text("type") == condition.Text("type"));
        var sameStatus = old?.Text("status") == condition.Text("status");
        var same = sameStatus && old!.Text("reason") == condition.Text("reason") && !touched;
        condition["lastUpdateTime"] = same ? old!.Text("lastUpdateTime") : now.ToTimestamp();
        condition["lastTransitionTime"] = sameStatus ? old!.Text("lastTransitionTime") : now.ToTimestamp();
        return condition;
    }

    private static int Sum(IEnumerable<StoredObject> sets, string count) => (int)sets.Sum(set => set.View.Number("status", count) ?? 0);

    private static void Count(JsonObject status, string name, int count)
    {
        if (count > 0)
        {
            status[name] = count;
        }
    }
}
