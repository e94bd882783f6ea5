namespace Straum.Agent.LocalApi.Reports;

/// <summary>The Services of one node as its kernel tables have them: <c>GET /v1/services</c>.</summary>
/// <param name="Node">The Node object's name.</param>
/// <param name="Services">Ordered by Service, address, port and protocol.</param>
public sealed record ServicesReport(string Node, IReadOnlyList<FrontendReport> Services);

/// <summary>One entry of the Service table with the backends that its range names.</summary>
/// <param name="Service">namespace/name; empty when no Service is known for the entry, which the next pass should remove.</param>
/// <param name="PortName">Of the Service's port; may be empty.</param>
/// <param name="Kind">ClusterIP, NodePort, ExternalIP or LoadBalancer; empty when unknown.</param>
/// <param name="Address">What clients use.</param>
/// <param name="Port">What clients use.</param>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="Scope">The origin of the traffic that the entry is for: cluster or external.</param>
/// <param name="Affinity">A client keeps its backend.</param>
/// <param name="Backends">In the order of the range.</param>
public sealed record FrontendReport(
    string Service, string PortName, string Kind, string Address, int Port, string Protocol, string Scope, bool Affinity,
    IReadOnlyList<FrontendBackendReport> Backends)
{
    /// <summary>The kernel has it as the objects want it. False for one that found no room, and for an entry that nobody wants.</summary>
    public bool Programmed { get; init; } = true;

    /// <summary>Since when; null when a former agent programmed it.</summary>
    public DateTimeOffset? ProgrammedAt { get; init; }
}

/// <summary>A backend in a Service's range.</summary>
/// <param name="Address">Where connections go.</param>
/// <param name="Port">Where connections go.</param>
/// <param name="Pod">namespace/name of the pod; empty when none is known for the address.</param>
/// <param name="Node">The pod's node; empty when unknown.</param>
public sealed record FrontendBackendReport(string Address, int Port, string Pod, string Node);
