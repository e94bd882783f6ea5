using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Snapshots;

/// <summary>
/// Makes one snapshot after another from the current tables, sharing what did not change. Not thread-safe.
/// </summary>
public sealed class SnapshotBuilder
{
    private Snapshot _last = Snapshot.Empty;

    public ObjectTable<Node> Nodes { get; set; } = ObjectTable<Node>.Empty;
    public ObjectTable<Namespace> Namespaces { get; set; } = ObjectTable<Namespace>.Empty;
    public ObjectTable<Pod> Pods { get; set; } = ObjectTable<Pod>.Empty;
    public ObjectTable<Service> Services { get; set; } = ObjectTable<Service>.Empty;
    public ObjectTable<EndpointSlice> EndpointSlices { get; set; } = ObjectTable<EndpointSlice>.Empty;
    public ValueArray<DecodeProblem> Problems { get; set; }
    public bool AllSynced { get; set; }

    /// <summary>Puts an object into the table of its kind. Throws for a kind that snapshots do not hold.</summary>
    public SnapshotBuilder Set(KubernetesObject item)
    {
        switch (item)
        {
            case Node node: Nodes = Nodes.Set(node); break;
            case Namespace ns: Namespaces = Namespaces.Set(ns); break;
            case Pod pod: Pods = Pods.Set(pod); break;
            case Service service: Services = Services.Set(service); break;
            case EndpointSlice slice: EndpointSlices = EndpointSlices.Set(slice); break;
            default: throw new ArgumentException($"a snapshot holds no {item.GetType().Name}", nameof(item));
        }
        return this;
    }

    /// <summary>The snapshot of the tables as they are now: the last one again when none of them changed.</summary>
    public Snapshot Build()
    {
        if (ReferenceEquals(_last.Nodes, Nodes) && ReferenceEquals(_last.Namespaces, Namespaces)
            && ReferenceEquals(_last.Pods, Pods) && ReferenceEquals(_last.Services, Services)
            && ReferenceEquals(_last.EndpointSlices, EndpointSlices) && _last.AllSynced == AllSynced
            && _last.Problems == Problems)
        {
            return _last;
        }
        return _last = new Snapshot
        {
            Revision = _last.Revision + 1,
            AllSynced = AllSynced,
            Problems = Problems,
            Nodes = Nodes,
            Namespaces = Namespaces,
            Pods = Pods,
            Services = Services,
            EndpointSlices = EndpointSlices,
            SlicesByService = Regroup(_last.SlicesByService, EndpointSlices.ChangesSince(_last.EndpointSlices)),
        };
    }

    private static ObjectTable<ServiceSlices> Regroup(
        ObjectTable<ServiceSlices> groups, IReadOnlyList<TableChange<EndpointSlice>> changes)
    {
        var touched = new Dictionary<NamespacedName, List<EndpointSlice>>();
        foreach (var (before, after) in changes)
        {
            // A relabelled slice leaves one Service and joins another.
            if (before?.ServiceKey is { } left)
            {
                var slices = SlicesOf(left);
                slices.RemoveAt(slices.FindIndex(s => s.Name == before.Name));
            }
            if (after?.ServiceKey is { } joined)
            {
                SlicesOf(joined).Add(after);
            }
        }
        if (groups.Count == 0)
        {
            return ObjectTable<ServiceSlices>.Create(touched.Where(g => g.Value.Count > 0).Select(g => Group(g.Key, g.Value)));
        }
        foreach (var (service, slices) in touched)
        {
            groups = slices.Count == 0 ? groups.Remove(service) : groups.Set(Group(service, slices));
        }
        return groups;

        List<EndpointSlice> SlicesOf(NamespacedName service)
        {
            if (!touched.TryGetValue(service, out var slices))
            {
                touched.Add(service, slices = [.. groups.Find(service)?.Slices ?? []]);
            }
            return slices;
        }

        static ServiceSlices Group(NamespacedName service, List<EndpointSlice> slices)
        {
            slices.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            return new(service, slices.ToValueArray());
        }
    }
}
