using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Straum.Lab.Pods.Containers;
using Straum.Lab.Pods.Manifest;

namespace Straum.Lab.Pods.Status;

/// <summary>
/// Composes the status of a pod as a kubelet writes it. Remembers only when each condition last changed, so that the same
/// facts always give the same status and an unchanged one need not be sent.
/// </summary>
/// <param name="startedAt">When this node took the pod up.</param>
public sealed class PodStatus(DateTimeOffset startedAt)
{
    private readonly Dictionary<string, (bool Value, DateTimeOffset Since)> _conditions = [];

    /// <param name="pod">The pod.</param>
    /// <param name="hostIPs">The node's addresses, primary family first.</param>
    /// <param name="podIPs">The pod's; empty before the sandbox is ready.</param>
    /// <param name="init">States of the init containers.</param>
    /// <param name="containers">States of the containers.</param>
    /// <param name="now">The time of conditions that change now.</param>
    public JsonObject Compose(
        PodManifest pod, IReadOnlyList<IPAddress> hostIPs, IReadOnlyList<IPAddress> podIPs,
        IReadOnlyList<ContainerState> init, IReadOnlyList<ContainerState> containers, DateTimeOffset now)
    {
        var phase = PhaseOf(pod, init, containers);
        var finished = phase is "Succeeded" or "Failed";
        var initialized = init.All(c => c.Terminated?.Exit.Succeeded == true && !c.IsRunning);
        var notReady = containers.Where(c => !c.Ready).Select(c => c.Name).ToArray();
        var ready = notReady.Length == 0 && !finished;
        var (reason, message) = finished ? ("PodCompleted", "") : ("ContainersNotReady", $"containers with unready status: [{string.Join(' ', notReady)}]");

        return new JsonObject
        {
            ["phase"] = phase,
            ["conditions"] = new JsonArray(
                Condition("PodReadyToStartContainers", podIPs.Count > 0 && !finished, now),
                Condition("Initialized", initialized, now, "ContainersNotInitialized"),
                Condition("Ready", ready, now, reason, message),
                Condition("ContainersReady", ready, now, reason, message),
                // The scheduler's, repeated because a list is patched as a whole.
                Entry("PodScheduled", true, pod.ScheduledAt ?? startedAt)),
            ["hostIP"] = hostIPs.Count > 0 ? hostIPs[0].ToString() : null,
            ["hostIPs"] = Addresses(hostIPs),
            ["podIP"] = podIPs.Count > 0 ? podIPs[0].ToString() : null,
            ["podIPs"] = podIPs.Count > 0 ? Addresses(podIPs) : null,
            ["startTime"] = Time(startedAt),
            ["initContainerStatuses"] = init.Count > 0 ? new JsonArray([.. init.Select(c => ContainerStatus(pod, c))]) : null,
            ["containerStatuses"] = new JsonArray([.. containers.Select(c => ContainerStatus(pod, c))]),
            ["qosClass"] = "BestEffort",
        };
    }

    /// <summary>status.phase as the API defines it.</summary>
    public static string PhaseOf(PodManifest pod, IReadOnlyList<ContainerState> init, IReadOnlyList<ContainerState> containers)
    {
        // An init container that failed for good ends the pod before its containers ever ran.
        if (init.Any(c => c.IsFinished && !c.Terminated!.Exit.Succeeded))
        {
            return "Failed";
        }
        if (containers.All(c => c.IsFinished))
        {
            // Under Always only a deletion finishes a container, and the code that SIGTERM left says nothing.
            return containers.All(c => c.Terminated!.Exit.Succeeded || pod.RestartPolicy is RestartPolicy.Always) ? "Succeeded" : "Failed";
        }
        return containers.All(c => c.IsRunning || c.Terminated is not null) ? "Running" : "Pending";
    }

    private JsonObject Condition(string type, bool value, DateTimeOffset now, string? reason = null, string? message = null)
    {
        if (!_conditions.TryGetValue(type, out var last) || last.Value != value)
        {
            _conditions[type] = last = (value, now);
        }
        var condition = Entry(type, value, last.Since);
        if (!value && reason is not null)
        {
            condition["reason"] = reason;
        }
        if (!value && message is { Length: > 0 })
        {
            condition["message"] = message;
        }
        return condition;
    }

    private static JsonObject Entry(string type, bool value, DateTimeOffset since) => new()
    {
        ["type"] = type,
        ["status"] = value ? "True" : "False",
        ["lastProbeTime"] = null,
        ["lastTransitionTime"] = Time(since),
    };

    private static JsonObject ContainerStatus(PodManifest pod, ContainerState container) => new()
    {
        ["name"] = container.Name,
        ["image"] = container.Image,
        ["imageID"] = "",
        ["containerID"] = IdOf(pod, container),
        ["restartCount"] = container.Restarts,
        ["started"] = container.Started,
        ["ready"] = container.Ready,
        ["state"] = container switch
        {
            { RunningSince: { } since } => new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(since) } },
            { Waiting: { } waiting } => new JsonObject { ["waiting"] = new JsonObject { ["reason"] = waiting.Reason, ["message"] = waiting.Message } },
            { Terminated: { } ended } => Ended(pod, container, ended),
            _ => [],
        },
        ["lastState"] = container.Terminated is { } last && !container.IsFinished ? Ended(pod, container, last) : [],
    };

    private static JsonObject Ended(PodManifest pod, ContainerState container, TerminatedState ended) => new()
    {
        ["terminated"] = new JsonObject
        {
            // Unknown when the process was adopted: the API wants a number, and kubelets use this one.
            ["exitCode"] = ended.Exit.Code ?? 137,
            ["signal"] = ended.Exit.Signal,
            ["reason"] = ended.Exit.Code is null ? "ContainerStatusUnknown" : ended.Reason,
            ["startedAt"] = Time(ended.StartedAt),
            ["finishedAt"] = Time(ended.FinishedAt),
            ["containerID"] = IdOf(pod, container),
        },
    };

    private static string IdOf(PodManifest pod, ContainerState container) =>
        $"straum-lab://{pod.Uid}/{container.Name}/{container.Restarts}";

    private static JsonArray Addresses(IEnumerable<IPAddress> addresses) =>
        new([.. addresses.Select(a => (JsonNode)new JsonObject { ["ip"] = a.ToString() })]);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
