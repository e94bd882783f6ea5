using Straum.Kubernetes.Objects;

namespace Straum.Control.Services;

/// <summary>
/// Which endpoints of a Service port this node uses, for traffic of policy Cluster and of policy Local. Equal to
/// kube-proxy's CategorizeEndpoints (KEP-1669 terminating endpoints, KEP-2433 and KEP-3015 topology).
/// </summary>
/// <param name="Cluster">
/// The ready endpoints that topology leaves us; if nothing is ready anywhere, those that are terminating and
/// still serve, wherever they are.
/// </param>
/// <param name="Local">The same for this node's endpoints alone, without topology.</param>
internal sealed record EndpointSelection(ValueArray<BackendSpec> Cluster, ValueArray<BackendSpec> Local)
{
    public static EndpointSelection None { get; } = new(default, default);

    /// <summary>There is an endpoint that some node could use, even if policy Local keeps this one from it.</summary>
    public bool HasAny => !Cluster.IsEmpty;

    private enum Topology
    {
        /// <summary>All ready endpoints.</summary>
        None,
        SameNode,
        SameZone,
    }

    public static EndpointSelection Of(ReadOnlySpan<Endpoint> endpoints, NodeFacts facts)
    {
        var topology = TopologyOf(endpoints, facts);
        var cluster = Where(endpoints, e => e.IsReady && IsAvailable(e, topology, facts));
        if (cluster.IsEmpty)
        {
            cluster = Where(endpoints, e => e.CanStandIn);
        }
        var local = Where(endpoints, e => e.IsLocal && e.IsReady);
        if (local.IsEmpty)
        {
            local = Where(endpoints, e => e.IsLocal && e.CanStandIn);
        }
        return new(cluster, local);
    }

    /// <summary>
    /// Hints are followed only when every ready endpoint has them and one of them is for us: half-written hints,
    /// or a node that nobody thought of, must not leave anyone without endpoints.
    /// </summary>
    private static Topology TopologyOf(ReadOnlySpan<Endpoint> endpoints, NodeFacts facts)
    {
        bool anyReady = false, allHaveNodes = true, allHaveZones = true, oneForNode = false, oneForZone = false;
        foreach (var endpoint in endpoints)
        {
            if (!endpoint.IsReady)
            {
                continue;
            }
            anyReady = true;
            allHaveNodes &= !endpoint.Source.NodeHints.IsEmpty;
            allHaveZones &= !endpoint.Source.ZoneHints.IsEmpty;
            oneForNode |= endpoint.IsHintedForNode(facts.NodeName);
            oneForZone |= endpoint.IsHintedForZone(facts.Zone);
        }
        return !anyReady ? Topology.None
            : allHaveNodes && oneForNode ? Topology.SameNode
            : allHaveZones && oneForZone ? Topology.SameZone
            : Topology.None;
    }

    private static bool IsAvailable(Endpoint endpoint, Topology topology, NodeFacts facts) => topology switch
    {
        Topology.SameNode => endpoint.IsHintedForNode(facts.NodeName),
        Topology.SameZone => endpoint.IsHintedForZone(facts.Zone),
        _ => true,
    };

    private static ValueArray<BackendSpec> Where(ReadOnlySpan<Endpoint> endpoints, Predicate<Endpoint> chosen)
    {
        var backends = new List<BackendSpec>(endpoints.Length);
        foreach (var endpoint in endpoints)
        {
            if (chosen(endpoint))
            {
                backends.Add(endpoint.Backend);
            }
        }
        return backends.ToValueArray();
    }
}
