using System.Net;
using Straum.Kubernetes.Objects;

namespace Straum.Control;

/// <summary>What this node knows of itself, from its Node object and its interfaces. Compared by content.</summary>
public sealed record NodeFacts
{
    public required string NodeName { get; init; }

    /// <summary>The topology.kubernetes.io/zone label, or empty.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The addresses that NodePorts answer on, both families.</summary>
    public ValueArray<IPAddress> NodeAddresses { get; init; }

    /// <summary>Prefixes that are on link, so that a node with an address in them is a neighbour. Empty: unknown.</summary>
    public ValueArray<IPNetwork> OnLinkPrefixes { get; init; }

    /// <summary>The facts that a Node object tells; the rest stays unknown.</summary>
    public static NodeFacts Of(Node node) => new()
    {
        NodeName = node.Name,
        Zone = node.Zone,
        NodeAddresses = node.Addresses.Select(a => a.Address).ToValueArray(),
    };
}
