using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>
/// Services and pods → EndpointSlices, per family. Services without a selector are left to whoever writes their slices.
/// </summary>
internal sealed class EndpointSliceController(ControllerContext context) : Controller
{
    public const string ServiceNameLabel = "kubernetes.io/service-name";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    public const string ManagedBy = "endpointslice-controller.k8s.io";
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    private readonly LabelIndex _podLabels = new();
    private readonly LabelIndex _selectors = new();
    private readonly LabelIndex _slices = new(); // by the Service they name

    public override string Name => "endpointslice";

    public override IEnumerable<ObjectKey> Affected(StoreEvent change)
    {
        var key = change.Object.Key;
        switch (key.Resource)
        {
            case "services":
                _selectors.Remove(key, SelectorOf(change.Previous));
                _selectors.Add(key, change.Deleted ? [] : SelectorOf(change.Object));
                return [key];
            case "pods":
                _podLabels.Remove(key, LabelsOf(change.Previous));
                _podLabels.Add(key, LabelsOf(change.Deleted ? null : change.Object));
                return ShowsNowhere(change) ? [] : ServicesOf(change.Object).Union(ServicesOf(change.Previous));
            case "endpointslices.discovery.k8s.io":
                _slices.Remove(key, ManagedLabels(change.Previous));
                _slices.Add(key, change.Deleted ? [] : ManagedLabels(change.Object));
                return ManagedLabels(change.Object).Concat(ManagedLabels(change.Previous))
                    .Select(label => new ObjectKey("services", key.Namespace, label.Value)).Distinct();
            case "nodes" when change.Previous is not null && Zone(change.Previous) != Zone(change.Object):
                return context.State.List("services").Select(service => service.Key);
            default:
                return [];
        }
    }

    public override void Reset()
    {
        _podLabels.Clear();
        _selectors.Clear();
        _slices.Clear();
    }

    public override async Task<TimeSpan?> ReconcileAsync(ObjectKey key)
    {
        var state = context.State;
        var mine = _slices.Having(key.Namespace, ServiceNameLabel, key.Name)
            .Select(name => state.Find(context.EndpointSlices.KeyOf(key.Namespace, name))).OfType<StoredObject>()
            .OrderBy(slice => slice.Name, StringComparer.Ordinal).ToList();
        var service = state.Find(key);
        if (service is null || service.Deleting is not null)
        {
            foreach (var slice in mine)
            {
                await DeleteAsync(slice).ConfigureAwait(false);
            }
            return null;
        }
        var selector = SelectorOf(service).ToList();
        if (selector.Count == 0 || service.View.Text("spec", "type") == "ExternalName")
        {
            return null;
        }
        var pods = _podLabels.HavingAll(key.Namespace, selector)
            .Select(name => state.Find(new ObjectKey("pods", key.Namespace, name))).OfType<StoredObject>()
            .Where(pod => !PodState.IsFinished(pod)).OrderBy(pod => pod.Name, StringComparer.Ordinal).ToList();
        foreach (var family in service.View.Texts("spec", "ipFamilies"))
        {
            await ReconcileFamilyAsync(service, family, pods, [.. mine.Where(slice => slice.View.Text("addressType") == family)]).ConfigureAwait(false);
        }
        // A family that the Service gave up.
        foreach (var slice in mine.Where(slice => !service.View.Texts("spec", "ipFamilies").Contains(slice.View.Text("addressType"))))
        {
            await DeleteAsync(slice).ConfigureAwait(false);
        }
        return null;
    }

    private async Task ReconcileFamilyAsync(StoredObject service, string family, List<StoredObject> pods, List<StoredObject> slices)
    {
        var plan = new SlicePlan(slices);
        foreach (var group in pods
            .Select(pod => (Ports: ServiceEndpoint.Ports(service, pod), Endpoint: ServiceEndpoint.Of(service, pod, family, ZoneOf(pod))))
            .Where(entry => entry.Endpoint is not null)
            .GroupBy(entry => entry.Ports.ToJsonString(), StringComparer.Ordinal))
        {
            plan.Place(group.First().Ports, [.. group.Select(entry => entry.Endpoint!)]);
        }
        foreach (var slice in plan.Finish())
        {
            var wanted = Complete(service, family, slice);
            if (slice.Existing is null)
            {
                await context.Writer.CreateAsync(context.EndpointSlices, service.Namespace, wanted).ConfigureAwait(false);
            }
            else if (slice.IsSurplus)
            {
                await DeleteAsync(slice.Existing).ConfigureAwait(false);
            }
            else if (slice.IsChanged || !HasLabels(slice.Existing, wanted))
            {
                await context.Writer.UpdateAsync(context.EndpointSlices, service.Namespace, slice.Existing.Name, current =>
                {
                    current["endpoints"] = slice.Endpoints;
                    current["ports"] = slice.Ports;
                    current.Need("metadata")["labels"] = wanted.At("metadata", "labels")!.DeepClone();
                    return current;
                }).ConfigureAwait(false);
            }
        }
    }

    private static JsonObject Complete(StoredObject service, string family, PlannedSlice slice)
    {
        var labels = new JsonObject();
        foreach (var (name, value) in service.Labels)
        {
            labels[name] = value;
        }
        labels[ServiceNameLabel] = service.Name;
        labels[ManagedByLabel] = ManagedBy;
        if (service.View.Text("spec", "clusterIP") == "None")
        {
            labels["service.kubernetes.io/headless"] = "";
        }
        return new JsonObject
        {
            ["apiVersion"] = "discovery.k8s.io/v1",
            ["kind"] = "EndpointSlice",
            ["metadata"] = new JsonObject
            {
                ["generateName"] = service.Name + "-",
                ["labels"] = labels,
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Service",
                    ["name"] = service.Name,
                    ["uid"] = service.Uid,
                    ["controller"] = true,
                    ["blockOwnerDeletion"] = true,
                }),
            },
            ["addressType"] = family,
            ["endpoints"] = slice.Endpoints.DeepClone(),
            ["ports"] = slice.Ports.DeepClone(),
        };
    }

    private static bool HasLabels(StoredObject slice, JsonObject wanted) =>
        JsonNode.DeepEquals(slice.View.At("metadata", "labels"), wanted.At("metadata", "labels"));

    private async Task DeleteAsync(StoredObject slice) =>
        await context.Writer.DeleteAsync(context.EndpointSlices, slice.Namespace, slice.Name, new DeleteOptions(Uid: slice.Uid)).ConfigureAwait(false);

    // Most changes of a pod are of its status in ways that no endpoint shows.
    private static bool ShowsNowhere(StoreEvent change)
    {
        if (change is not { Previous: { } before, Deleted: false })
        {
            return false;
        }
        var after = change.Object;
        return before.Deleting == after.Deleting
            && PodState.IsReady(before) == PodState.IsReady(after)
            && PodState.IsFinished(before) == PodState.IsFinished(after)
            && PodState.Node(before) == PodState.Node(after)
            && JsonNode.DeepEquals(before.View.At("metadata", "labels"), after.View.At("metadata", "labels"))
            && JsonNode.DeepEquals(before.View.At("status", "podIPs"), after.View.At("status", "podIPs"))
            && before.View.Text("status", "podIP") == after.View.Text("status", "podIP");
    }

    private IEnumerable<ObjectKey> ServicesOf(StoredObject? pod)
    {
        var candidates = LabelsOf(pod).SelectMany(label => _selectors.Having(pod!.Namespace, label.Key, label.Value)).Distinct(StringComparer.Ordinal);
        return [.. candidates.Select(name => new ObjectKey("services", pod!.Namespace, name))];
    }

    private static IEnumerable<KeyValuePair<string, string>> LabelsOf(StoredObject? stored) => stored is null ? [] : stored.Labels;

    private static IEnumerable<KeyValuePair<string, string>> SelectorOf(StoredObject? service) =>
        (service?.View.Object("spec", "selector") ?? []).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.AsText() ?? ""));

    private static IEnumerable<KeyValuePair<string, string>> ManagedLabels(StoredObject? slice) =>
        slice is not null && slice.Labels.GetValueOrDefault(ManagedByLabel) == ManagedBy && slice.Labels.TryGetValue(ServiceNameLabel, out var name)
            ? [KeyValuePair.Create(ServiceNameLabel, name)]
            : [];

    private string? ZoneOf(StoredObject pod) => Zone(context.State.Find(new ObjectKey("nodes", "", PodState.Node(pod))));

    private static string? Zone(StoredObject? node) => node?.Labels.GetValueOrDefault(ZoneLabel);
}
