using System.Net;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Routing;

/// <summary>Another node: where it is and which pods are behind it. Compared by content.</summary>
public sealed record PeerSpec
{
    public required string NodeName { get; init; }

    /// <summary>Its first InternalIP of the family, or null.</summary>
    public IPAddress? AddressV4 { get; init; }

    /// <inheritdoc cref="AddressV4"/>
    public IPAddress? AddressV6 { get; init; }

    /// <summary>Mode VXLAN: the address that packets are sent to. Null in mode native.</summary>
    public IPAddress? TunnelAddress { get; init; }

    /// <summary>Prefixes that this node can reach through the peer, IPv4 first.</summary>
    public ValueArray<IPNetwork> PodPrefixes { get; init; }
}
