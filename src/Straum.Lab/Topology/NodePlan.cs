using System.Net;

namespace Straum.Lab.Topology;

/// <summary>Names and addresses of one node.</summary>
/// <param name="Name">The Node object's name and the router's port towards it: n1, n2, …</param>
/// <param name="Namespace">Its network namespace.</param>
/// <param name="Uplink">Its address on the fabric, also the Node's InternalIPs.</param>
/// <param name="PodsV4">Its IPv4 pod CIDR.</param>
/// <param name="PodsV6">Its IPv6 pod CIDR.</param>
/// <param name="Zone">Its <c>topology.kubernetes.io/zone</c>; every node has its own.</param>
public sealed record NodePlan(string Name, string Namespace, DualAddress Uplink, IPNetwork PodsV4, IPNetwork PodsV6, string Zone)
{
    /// <param name="index">Counted from 1; written in decimal into both families, so at most <see cref="LabSpec.MaxNodes"/>.</param>
    public static NodePlan Create(int index) => new(
        $"n{index}",
        NamespaceOf($"n{index}"),
        DualAddress.Parse($"172.30.0.{10 + index}/24", $"fd30::{10 + index}/64"),
        IPNetwork.Parse($"10.244.{index}.0/24"),
        IPNetwork.Parse($"fd44:0:0:{index}::/64"),
        $"zone-{index}");

    /// <summary>The network namespace of the node <paramref name="name"/>.</summary>
    public static string NamespaceOf(string name) => "straum-" + name;
}
