using System.Net;

namespace Straum.Kubernetes.Objects;

/// <summary>discovery.k8s.io/v1 EndpointSlice.</summary>
public sealed record EndpointSlice : KubernetesObject
{
    public AddressType AddressType { get; init; }
    public ValueArray<EndpointPort> Ports { get; init; }
    public ValueArray<SliceEndpoint> Endpoints { get; init; }

    /// <summary>The Service it belongs to (kubernetes.io/service-name label), or null when it has none.</summary>
    public NamespacedName? ServiceKey =>
        Labels[WellKnown.ServiceName] is { Length: > 0 } name ? new NamespacedName(Namespace, name) : null;
}

public enum AddressType : byte
{
    IPv4,
    IPv6,

    /// <summary>Host names; no proxy serves them, so their addresses are not decoded.</summary>
    Fqdn,
}

/// <summary>A port that every endpoint of a slice listens on.</summary>
public sealed record EndpointPort
{
    public string Name { get; init; } = "";
    public Protocol Protocol { get; init; } = Protocol.Tcp;

    /// <summary>0 when absent: the slice restricts no port, which no proxy serves.</summary>
    public ushort Port { get; init; }

    public string AppProtocol { get; init; } = "";
}

/// <summary>
/// One endpoint of a slice. Conditions are resolved: an absent ready is true, an absent serving is true, an
/// absent terminating is false (discovery/v1 EndpointConditions, as kube-proxy reads them).
/// </summary>
public sealed record SliceEndpoint
{
    /// <summary>Only the first has a meaning (discovery/v1 Endpoint.addresses).</summary>
    public ValueArray<IPAddress> Addresses { get; init; }

    public bool Ready { get; init; } = true;
    public bool Serving { get; init; } = true;
    public bool Terminating { get; init; }
    public string NodeName { get; init; } = "";
    public string Zone { get; init; } = "";

    /// <summary>hints.forZones: the zones that should use this endpoint.</summary>
    public ValueArray<string> ZoneHints { get; init; }

    /// <summary>hints.forNodes: the nodes that should use this endpoint.</summary>
    public ValueArray<string> NodeHints { get; init; }

    public ObjectReference? Target { get; init; }
}

/// <summary>What an endpoint stands for, usually a Pod.</summary>
public sealed record ObjectReference(string Kind, string Namespace, string Name);
