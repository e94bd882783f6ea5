namespace Straum.Agent.LocalApi.Reports;

/// <summary>The pods that are attached on one node: <c>GET /v1/pods</c>.</summary>
/// <param name="Node">The Node object's name.</param>
/// <param name="Pods">Ordered by namespace and name.</param>
public sealed record PodsReport(string Node, IReadOnlyList<PodReport> Pods);

/// <summary>One attached pod.</summary>
/// <param name="Pod">namespace/name; empty when the runtime did not say.</param>
/// <param name="ContainerId">The runtime's id of the sandbox.</param>
/// <param name="Addresses">The pod's own, IPv4 first.</param>
/// <param name="Interface">The node's end of the veth pair.</param>
/// <param name="State"><see cref="Attaching"/>, <see cref="Attached"/> or <see cref="Detaching"/>.</param>
/// <param name="InKernel">The pod table knows all its addresses, and the programs are on its device.</param>
/// <param name="AgeSeconds">Since ADD.</param>
/// <param name="NetworkNamespace">The path of the pod's namespace, as the runtime gave it.</param>
public sealed record PodReport(
    string Pod, string ContainerId, IReadOnlyList<string> Addresses, string Interface, string State, bool InKernel, double AgeSeconds,
    string NetworkNamespace)
{
    public const string Attaching = "attaching", Attached = "attached", Detaching = "detaching";
}
