namespace Straum.Agent.LocalApi.Reports;

/// <summary>The backends of one node's kernel tables: <c>GET /v1/endpoints</c>.</summary>
/// <param name="Node">The Node object's name.</param>
/// <param name="Endpoints">Ordered by address, port and protocol.</param>
public sealed record EndpointsReport(string Node, IReadOnlyList<EndpointReport> Endpoints);

/// <summary>One entry of the backend table.</summary>
/// <param name="Id">Its index there.</param>
/// <param name="Address">Where connections go.</param>
/// <param name="Port">Where connections go.</param>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="Pod">namespace/name of the pod; empty when none is known for the address.</param>
/// <param name="Node">The pod's node; empty when unknown.</param>
/// <param name="State">ready, serving, terminating, or unused: no frontend names it any more.</param>
/// <param name="Services">namespace/name of the Services whose ranges name it.</param>
public sealed record EndpointReport(
    uint Id, string Address, int Port, string Protocol, string Pod, string Node, string State, IReadOnlyList<string> Services);
