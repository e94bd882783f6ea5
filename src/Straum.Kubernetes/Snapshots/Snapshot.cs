using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Snapshots;

/// <summary>
/// The cluster as our watches know it at one moment. Immutable and shared freely between threads.
/// </summary>
/// <remarks>
/// To see what changed since an earlier snapshot, compare table references first (an unchanged kind keeps its
/// table instance), then ask <see cref="ObjectTable{T}.ChangesSince"/>. Kinds do not change in step: a Pod may
/// be here before its Node, an EndpointSlice after its Service is gone.
/// </remarks>
public sealed record Snapshot
{
    public static Snapshot Empty { get; } = new();

    /// <summary>Grows with every published snapshot of one source; unrelated to resource versions.</summary>
    public long Revision { get; init; }

    /// <summary>
    /// Every watch has delivered its first complete list. Until then absence means nothing, and whoever
    /// deletes must wait.
    /// </summary>
    public bool AllSynced { get; init; }

    public ObjectTable<Node> Nodes { get; init; } = ObjectTable<Node>.Empty;
    public ObjectTable<Namespace> Namespaces { get; init; } = ObjectTable<Namespace>.Empty;
    public ObjectTable<Pod> Pods { get; init; } = ObjectTable<Pod>.Empty;
    public ObjectTable<Service> Services { get; init; } = ObjectTable<Service>.Empty;
    public ObjectTable<EndpointSlice> EndpointSlices { get; init; } = ObjectTable<EndpointSlice>.Empty;

    /// <summary><see cref="EndpointSlices"/> grouped by their Service; slices without a Service are left out.</summary>
    public ObjectTable<ServiceSlices> SlicesByService { get; init; } = ObjectTable<ServiceSlices>.Empty;

    /// <summary>Objects that are here as they were last readable, or not at all, ordered by kind and name.</summary>
    public ValueArray<DecodeProblem> Problems { get; init; }
}
