using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Selectors;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>ReplicaSet → pods: as many as wanted, and the counts in its status.</summary>
internal sealed class ReplicaSetController(ControllerContext context) : Controller
{
    // A wave, so that a template that is refused is refused this often and not thousands of times.
    private const int MaxWave = 500;

    private const string EventSource = "replicaset-controller";

    private readonly OwnerIndex _pods = new();

    public override string Name => "replicaset";

    public override IEnumerable<ObjectKey> Affected(StoreEvent change)
    {
        var stored = change.Object;
        switch (stored.Key.Resource)
        {
            case "replicasets.apps":
                return [stored.Key];
            case "pods":
                _pods.Apply(change);
                return new[] { stored.Controller, change.Previous?.Controller }
                    .Where(owner => owner?.Kind == "ReplicaSet")
                    .Select(owner => context.ReplicaSets.KeyOf(stored.Namespace, owner!.Name));
            default:
                return [];
        }
    }

    public override void Reset() => _pods.Clear();

    public override async Task<TimeSpan?> ReconcileAsync(ObjectKey key)
    {
        if (context.State.Find(key) is not { } set)
        {
            return null; // the garbage collector takes the pods
        }
        var pods = _pods.Of(set.Uid).Select(pod => context.State.Find(pod)).OfType<StoredObject>().ToList();
        await ReleaseAsync(set, pods).ConfigureAwait(false);
        var active = pods.Where(PodState.IsActive).ToList();
        var wanted = (int)(set.View.Number("spec", "replicas") ?? 1);
        if (set.Deleting is null && active.Count < wanted)
        {
            var wave = Math.Min(wanted - active.Count, MaxWave);
            await Task.WhenAll(Enumerable.Range(0, wave).Select(_ => CreatePodAsync(set))).ConfigureAwait(false);
        }
        else if (set.Deleting is null && active.Count > wanted)
        {
            await Task.WhenAll(Expendable(active).Take(active.Count - wanted).Select(pod => DeletePodAsync(set, pod))).ConfigureAwait(false);
        }
        return await WriteStatusAsync(set, active).ConfigureAwait(false);
    }

    // A pod whose labels were changed away is let go, which is how a pod is taken out for a closer look.
    private async Task ReleaseAsync(StoredObject set, List<StoredObject> pods)
    {
        var selector = LabelSelector.FromObject(set.View.Object("spec", "selector"));
        foreach (var pod in pods.Where(pod => !selector.Matches(pod.Labels) && pod.Deleting is null).ToList())
        {
            pods.Remove(pod);
            await context.Writer.UpdateAsync(context.Pods, pod.Namespace, pod.Name, current =>
            {
                var metadata = current.Need("metadata");
                metadata["ownerReferences"] = new JsonArray([.. metadata.Objects("ownerReferences")
                    .Where(owner => owner.Text("uid") != set.Uid).Select(owner => (JsonNode)owner.DeepClone())]);
                return current;
            }).ConfigureAwait(false);
        }
    }

    private async Task CreatePodAsync(StoredObject set)
    {
        try
        {
            var pod = await context.Writer.CreateAsync(context.Pods, set.Namespace, PodOf(set)).ConfigureAwait(false);
            context.Events.Normal(EventSource, set, "SuccessfulCreate", $"Created pod: {pod.Name}");
        }
        catch (StatusException e) when (e.Reason == "Invalid")
        {
            context.Events.Warning(EventSource, set, "FailedCreate", $"Error creating: {e.Message}");
            throw;
        }
    }

    private async Task DeletePodAsync(StoredObject set, StoredObject pod)
    {
        await context.Writer.DeleteAsync(context.Pods, pod.Namespace, pod.Name, new DeleteOptions(Uid: pod.Uid)).ConfigureAwait(false);
        context.Events.Normal(EventSource, set, "SuccessfulDelete", $"Deleted pod: {pod.Name}");
    }

    private JsonObject PodOf(StoredObject set)
    {
        var template = set.View.Object("spec", "template") ?? [];
        var metadata = (JsonObject)(template.Object("metadata") ?? []).DeepClone();
        metadata["generateName"] = set.Name + "-";
        metadata["ownerReferences"] = new JsonArray(ControllerContext.ControllerReference(context.ReplicaSets, set));
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = metadata,
            ["spec"] = (template.Object("spec") ?? []).DeepClone(),
        };
    }

    // First those whose loss costs least: without a node, not ready, crowded on one node, young.
    private static IEnumerable<StoredObject> Expendable(List<StoredObject> pods)
    {
        var perNode = pods.GroupBy(PodState.Node).ToDictionary(group => group.Key, group => group.Count());
        return pods
            .OrderBy(pod => PodState.Node(pod).Length > 0)
            .ThenBy(PodState.IsReady)
            .ThenByDescending(pod => perNode[PodState.Node(pod)])
            .ThenByDescending(pod => pod.Created)
            .ThenBy(pod => pod.Name, StringComparer.Ordinal);
    }

    private async Task<TimeSpan?> WriteStatusAsync(StoredObject set, List<StoredObject> active)
    {
        var minReady = TimeSpan.FromSeconds(set.View.Number("spec", "minReadySeconds") ?? 0);
        var labels = LabelSelector.Of(set.View.Object("spec", "template", "metadata", "labels"));
        var ready = active.Where(PodState.IsReady).ToList();
        var available = ready.Count(pod => PodState.IsAvailable(pod, minReady, context.Now));
        var status = new JsonObject { ["replicas"] = active.Count };
        AddCount(status, "fullyLabeledReplicas", active.Count(pod => labels.Matches(pod.Labels)));
        AddCount(status, "readyReplicas", ready.Count);
        AddCount(status, "availableReplicas", available);
        status["observedGeneration"] = set.View.Number("metadata", "generation") ?? 0;
        await context.WriteStatusAsync(context.ReplicaSets, set, status).ConfigureAwait(false);
        return available < ready.Count ? TimeSpan.FromSeconds(1) : null;
    }

    private static void AddCount(JsonObject status, string name, int count)
    {
        if (count > 0)
        {
            status[name] = count;
        }
    }
}
