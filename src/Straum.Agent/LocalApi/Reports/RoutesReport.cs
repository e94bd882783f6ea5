namespace Straum.Agent.LocalApi.Reports;

/// <summary>Where one node sends packets for the rest of the cluster: <c>GET /v1/routes</c>.</summary>
/// <param name="Node">The Node object's name.</param>
/// <param name="Routes">Ordered by prefix, IPv4 first.</param>
public sealed record RoutesReport(string Node, IReadOnlyList<RouteReport> Routes);

/// <summary>One prefix of the peer table, with the route that packets to it take.</summary>
/// <param name="Prefix">10.244.2.0/24.</param>
/// <param name="Kind">remote-pods, remote-node, local-pods, local-node or direct.</param>
/// <param name="Peer">The node that it belongs to; empty when none does.</param>
/// <param name="Via">The next hop, or the other end of the tunnel; empty for what is local or has no route of ours.</param>
/// <param name="Device">The device that packets leave by; empty for what is local, or when unknown.</param>
/// <param name="Encapsulation">vxlan, or empty.</param>
/// <param name="Installed">The kernel has the entry and, where one is needed, the route.</param>
public sealed record RouteReport(string Prefix, string Kind, string Peer, string Via, string Device, string Encapsulation, bool Installed);
