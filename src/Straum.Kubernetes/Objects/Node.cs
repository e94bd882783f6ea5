using System.Net;

namespace Straum.Kubernetes.Objects;

/// <summary>core/v1 Node.</summary>
public sealed record Node : KubernetesObject
{
    /// <summary>spec.podCIDRs, or spec.podCIDR where only that is set; at most one of each family.</summary>
    public ValueArray<IPNetwork> PodCidrs { get; init; }

    /// <summary>status.addresses that are IP addresses, in the API's order; host and DNS names are dropped.</summary>
    public ValueArray<NodeAddress> Addresses { get; init; }

    /// <summary>spec.unschedulable: cordoned. Says nothing about traffic.</summary>
    public bool Unschedulable { get; init; }

    /// <summary>The Ready condition is True; False and Unknown are both not ready.</summary>
    public bool Ready { get; init; }

    /// <summary>The topology.kubernetes.io/zone label, or empty.</summary>
    public string Zone => Labels[WellKnown.Zone] ?? "";

    /// <summary>The first InternalIP of a family, or null.</summary>
    public IPAddress? InternalAddress(System.Net.Sockets.AddressFamily family)
    {
        foreach (var address in Addresses)
        {
            if (address.Type == NodeAddressType.InternalIP && address.Address.AddressFamily == family)
            {
                return address.Address;
            }
        }
        return null;
    }
}

/// <summary>One of a node's addresses.</summary>
public readonly record struct NodeAddress(NodeAddressType Type, IPAddress Address);

public enum NodeAddressType : byte
{
    InternalIP,
    ExternalIP,
}
