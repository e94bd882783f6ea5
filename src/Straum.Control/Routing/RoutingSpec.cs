using System.Collections.Immutable;
using System.Net;

namespace Straum.Control.Routing;

/// <summary>How this node reaches the pods of the others.</summary>
public sealed record RoutingSpec
{
    public required RoutingMode Mode { get; init; }

    /// <summary>The other nodes, ordered by name.</summary>
    public ImmutableArray<PeerSpec> Peers { get; init; } = [];

    /// <summary>This node's own pod prefixes, at most one of each family, IPv4 first.</summary>
    public ImmutableArray<IPNetwork> LocalPodPrefixes { get; init; } = [];
}

public enum RoutingMode : byte
{
    /// <summary>Pod packets travel as they are; the next hop is the node's own address.</summary>
    Native,

    /// <summary>Pod packets travel inside VXLAN, to the node's address of the underlay family.</summary>
    Vxlan,
}
