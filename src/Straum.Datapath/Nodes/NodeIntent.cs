using System.Collections.Immutable;
using System.Net;
using Straum.Control.Routing;
using Straum.Control.Services;

namespace Straum.Datapath.Nodes;

/// <summary>Everything that the kernel of this node shall hold, pods excepted: those come and go by CNI.</summary>
public sealed record NodeIntent
{
    /// <summary>Of this node's own object.</summary>
    public required string NodeName { get; init; }

    public required RoutingSpec Routing { get; init; }

    public required ServicePlan Services { get; init; }

    /// <summary>The first carries the routes to other nodes; the programs are on all.</summary>
    public required ImmutableArray<Uplink> Uplinks { get; init; }

    /// <summary>Every address that this node has.</summary>
    public required ImmutableArray<IPAddress> LocalAddresses { get; init; }

    public required NodeSettings Settings { get; init; }
}
