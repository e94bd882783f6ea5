using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Tables;

/// <summary>What <c>kubectl get pods</c> says of a pod in one word, and the numbers beside it.</summary>
internal sealed record PodSummary(int Ready, int Total, string Status, string Restarts)
{
    public static PodSummary Of(JsonObject pod, DateTimeOffset now)
    {
        var status = pod.Object("status") ?? [];
        var containers = status.Objects("containerStatuses").ToList();
        var restarts = containers.Sum(c => c.Number("restartCount") ?? 0);
        var lastRestart = containers.Select(c => c.Time("lastState", "terminated", "finishedAt")).Max();
        return new PodSummary(
            containers.Count(c => c.Flag("ready") && c.Object("state", "running") is not null),
            pod.Array("spec", "containers")?.Count ?? 0,
            Reason(pod, status, containers),
            restarts > 0 && lastRestart is not null ? $"{restarts} ({HumanDuration.Since(lastRestart, now)} ago)" : $"{restarts}");
    }

    private static string Reason(JsonObject pod, JsonObject status, List<JsonObject> containers)
    {
        var reason = status.Text("reason") ?? status.Text("phase") ?? "Unknown";
        if (status.Objects("conditions").Any(c => c.Text("type") == "PodScheduled" && c.Text("reason") == "SchedulingGated"))
        {
            reason = "SchedulingGated";
        }
        if (InitReason(pod, status) is { } initializing)
        {
            reason = initializing;
        }
        else
        {
            var running = false;
            foreach (var container in Enumerable.Reverse(containers))
            {
                reason = WaitingOrTerminated(container) ?? reason;
                running |= container.Flag("ready") && container.Object("state", "running") is not null;
            }
            if (reason == "Completed" && running)
            {
                reason = status.Objects("conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True") ? "Running" : "NotReady";
            }
        }
        if (pod.Text("metadata", "deletionTimestamp") is null)
        {
            return reason;
        }
        return status.Text("reason") == "NodeLost" ? "Unknown" : status.Text("phase") is "Succeeded" or "Failed" ? reason : "Terminating";
    }

    private static string? InitReason(JsonObject pod, JsonObject status)
    {
        var total = pod.Array("spec", "initContainers")?.Count ?? 0;
        foreach (var (index, container) in status.Objects("initContainerStatuses").Index())
        {
            var terminated = container.Object("state", "terminated");
            if (terminated is not null && terminated.Number("exitCode") == 0)
            {
                continue;
            }
            if (terminated is not null)
            {
                return "Init:" + (WaitingOrTerminated(container) ?? "Error");
            }
            var waiting = container.Text("state", "waiting", "reason");
            return waiting is not (null or "" or "PodInitializing") ? "Init:" + waiting : $"Init:{index}/{total}";
        }
        return null;
    }

    private static string? WaitingOrTerminated(JsonObject container)
    {
        if (container.Text("state", "waiting", "reason") is { Length: > 0 } waiting)
        {
            return waiting;
        }
        if (container.Object("state", "terminated") is not { } terminated)
        {
            return null;
        }
        return terminated.Text("reason") is { Length: > 0 } reason ? reason
            : terminated.Number("signal") is > 0 and var signal ? $"Signal:{signal}"
            : $"ExitCode:{terminated.Number("exitCode") ?? 0}";
    }
}
