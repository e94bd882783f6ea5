using System.Net;

namespace Straum.Kubernetes.Objects;

/// <summary>One entry of status.loadBalancer.ingress: an address, or a host name that we do not serve.</summary>
public sealed record LoadBalancerIngress
{
    public IPAddress? Address { get; init; }
    public string Hostname { get; init; } = "";

    /// <summary>
    /// ipMode VIP (the default): packets reach the node with this destination. Proxy: the load balancer
    /// terminates the connection, and in-cluster clients must go through it.
    /// </summary>
    public bool IsVip { get; init; } = true;
}
