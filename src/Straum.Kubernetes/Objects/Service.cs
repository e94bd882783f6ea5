using System.Net;
using System.Net.Sockets;

namespace Straum.Kubernetes.Objects;

/// <summary>core/v1 Service: everything that decides load balancing.</summary>
public sealed record Service : KubernetesObject
{
    /// <summary>The API's default of sessionAffinityConfig.clientIP.timeoutSeconds.</summary>
    public static readonly TimeSpan DefaultAffinityTimeout = TimeSpan.FromHours(3);

    public ServiceType Type { get; init; }

    /// <summary>spec.clusterIPs, one per family. Empty when headless, when external, or not yet allocated.</summary>
    public ValueArray<IPAddress> ClusterIPs { get; init; }

    /// <summary>spec.clusterIP is None.</summary>
    public bool Headless { get; init; }

    public ValueArray<ServicePort> Ports { get; init; }
    public ValueArray<IPAddress> ExternalIPs { get; init; }

    /// <summary>status.loadBalancer.ingress.</summary>
    public ValueArray<LoadBalancerIngress> LoadBalancerIngress { get; init; }

    /// <summary>status.conditions, those of ours.</summary>
    public ValueArray<Condition> Conditions { get; init; }

    public string LoadBalancerClass { get; init; } = "";

    /// <summary>Sources that may use load balancer addresses; empty means all.</summary>
    public ValueArray<IPNetwork> LoadBalancerSourceRanges { get; init; }

    public SessionAffinity SessionAffinity { get; init; }
    public TimeSpan AffinityTimeout { get; init; } = DefaultAffinityTimeout;
    public TrafficPolicy InternalTrafficPolicy { get; init; }
    public TrafficPolicy ExternalTrafficPolicy { get; init; }

    /// <summary>0 when the Service has none.</summary>
    public ushort HealthCheckNodePort { get; init; }

    /// <summary>Already part of the ready condition in EndpointSlices; kept to be shown.</summary>
    public bool PublishNotReadyAddresses { get; init; }

    /// <summary>
    /// spec.trafficDistribution, or empty. The EndpointSlice controller turns it into the hints we follow;
    /// kept to be shown.
    /// </summary>
    public string TrafficDistribution { get; init; } = "";

    /// <summary>InterNetwork and InterNetworkV6, primary family first.</summary>
    public ValueArray<AddressFamily> IPFamilies { get; init; }

    /// <summary>spec.selector is present; without it the EndpointSlices are made by hand.</summary>
    public bool HasSelector { get; init; }

    /// <summary>The proxy that shall serve this instead of us (service.kubernetes.io/service-proxy-name), or null.</summary>
    public string? ProxyName => Labels[WellKnown.ServiceProxyName];
}

public enum ServiceType : byte
{
    ClusterIP,
    NodePort,
    LoadBalancer,
    ExternalName,
}

public enum SessionAffinity : byte
{
    None,
    ClientIP,
}

public enum TrafficPolicy : byte
{
    /// <summary>Endpoints anywhere in the cluster.</summary>
    Cluster,

    /// <summary>Only endpoints on the node that handles the packet.</summary>
    Local,
}
