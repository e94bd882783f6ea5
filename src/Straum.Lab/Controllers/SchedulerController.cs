using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>
/// Pending pods → nodes: of the nodes that a pod may run on, the one with the fewest pods of the same owner, then with
/// the fewest pods. Resources, priorities and affinity between pods are not weighed.
/// </summary>
internal sealed class SchedulerController(ControllerContext context) : Controller
{
    private const string SchedulerName = "default-scheduler";

    private readonly Dictionary<string, HashSet<ObjectKey>> _onNode = new(StringComparer.Ordinal);
    private readonly HashSet<ObjectKey> _pending = [];

    public override string Name => "scheduler";

    // One at a time: every choice counts the ones before it.
    public override int Concurrency => 1;

    public override IEnumerable<ObjectKey> Affected(StoreEvent change)
    {
        switch (change.Object.Key.Resource)
        {
            case "nodes":
                return [.. _pending];
            case "pods":
                return Count(change) ? [change.Object.Key] : [];
            default:
                return [];
        }
    }

    public override void Reset()
    {
        _onNode.Clear();
        _pending.Clear();
    }

    public override async Task<TimeSpan?> ReconcileAsync(ObjectKey key)
    {
        if (context.State.Find(key) is not { } pod || !IsPending(pod))
        {
            return null;
        }
        var nodes = context.State.List("nodes").ToList();
        var refusals = new Dictionary<string, int>(StringComparer.Ordinal);
        StoredObject? best = null;
        var (fewestSiblings, fewest) = (int.MaxValue, int.MaxValue);
        foreach (var node in nodes)
        {
            if (NodeFit.Refusal(pod, node) is { } why)
            {
                refusals[why] = refusals.GetValueOrDefault(why) + 1;
                continue;
            }
            var there = _onNode.GetValueOrDefault(node.Name) ?? [];
            var siblings = pod.Controller is { } owner
                ? there.Count(other => context.State.Find(other)?.Controller?.Uid == owner.Uid)
                : 0;
            if (best is null || (siblings, there.Count).CompareTo((fewestSiblings, fewest)) < 0)
            {
                (best, fewestSiblings, fewest) = (node, siblings, there.Count);
            }
        }
        if (best is not null)
        {
            await PodBinding.BindAsync(context.Writer, context.Pods, pod.Namespace, pod.Name, best.Name, context.Now).ConfigureAwait(false);
            context.Events.Normal(SchedulerName, pod, "Scheduled", $"Successfully assigned {pod.Namespace}/{pod.Name} to {best.Name}");
        }
        else
        {
            await ExplainAsync(pod, nodes.Count, refusals).ConfigureAwait(false);
        }
        return null; // a change of a node brings it back
    }

    // Keeps the counts; true when the pod wants a node.
    private bool Count(StoreEvent change)
    {
        var pod = change.Object;
        if (change.Previous is { } before && _onNode.TryGetValue(PodState.Node(before), out var left))
        {
            left.Remove(pod.Key);
        }
        if (!change.Deleted && PodState.Node(pod).Length > 0 && !PodState.IsFinished(pod))
        {
            if (!_onNode.TryGetValue(PodState.Node(pod), out var there))
            {
                _onNode.Add(PodState.Node(pod), there = []);
            }
            there.Add(pod.Key);
        }
        if (change.Deleted || !IsPending(pod))
        {
            _pending.Remove(pod.Key);
            return false;
        }
        return _pending.Add(pod.Key) || change.Previous is null || !JsonNode.DeepEquals(change.Previous.View["spec"], pod.View["spec"]);
    }

    private static bool IsPending(StoredObject pod) =>
        PodState.Node(pod).Length == 0 && PodState.IsActive(pod)
        && pod.View.Text("spec", "schedulerName") is null or SchedulerName
        && pod.View.Array("spec", "schedulingGates") is null or { Count: 0 };

    private async Task ExplainAsync(StoredObject pod, int nodes, Dictionary<string, int> refusals)
    {
        var reasons = refusals.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value} {pair.Key}");
        var message = nodes == 0 ? "no nodes available to schedule pods" : $"0/{nodes} nodes are available: {string.Join(", ", reasons)}.";
        var status = (JsonObject)(pod.View.Object("status") ?? []).DeepClone();
        var others = status.Objects("conditions").Where(c => c.Text("type") != "PodScheduled").Select(c => (JsonNode)c.DeepClone());
        var before = status.Objects("conditions").FirstOrDefault(c => c.Text("type") == "PodScheduled");
        if (before?.Text("message") != message)
        {
            context.Events.Warning(SchedulerName, pod, "FailedScheduling", message);
        }
        status["conditions"] = new JsonArray([.. others, new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = "False",
            ["reason"] = "Unschedulable",
            ["message"] = message,
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = before?.Text("lastTransitionTime") ?? context.Now.ToTimestamp(),
        }]);
        await context.WriteStatusAsync(context.Pods, pod, status).ConfigureAwait(false);
    }
}
