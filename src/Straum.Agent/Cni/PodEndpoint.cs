using System.Net;
using Straum.Control.Addressing;
using Straum.Kubernetes.Objects;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>A pod as the datapath sees it. Compared by content.</summary>
public sealed record PodEndpoint
{
    public required AddressOwner Owner { get; init; }

    public required PodIdentity Identity { get; init; }

    /// <summary>At most one of each family.</summary>
    public required ValueArray<IPAddress> Addresses { get; init; }

    /// <summary>The host end of the pair: where the programs go.</summary>
    public required string HostInterface { get; init; }

    public required int HostInterfaceIndex { get; init; }

    /// <summary>What the pod's gateway answers ARP and NDP with.</summary>
    public required MacAddress HostMac { get; init; }

    public required MacAddress PodMac { get; init; }
}
