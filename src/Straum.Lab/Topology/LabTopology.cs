using System.Net;

namespace Straum.Lab.Topology;

/// <summary>
/// The lab's names and addresses: a pure function of the number of nodes.
/// <code>
///   straum-client ── 203.0.113.0/24 ── straum-router ── bridge "fabric" 172.30.0.0/24 ──┬── straum-n1
///    203.0.113.10                       .1        .1                                     ├── straum-n2  172.30.0.(10+i)
///                                                                                        └── straum-n3
/// </code>
/// The router knows the two wires and nothing of pods or Services: what leaves the cluster must carry a node's address.
/// </summary>
public sealed class LabTopology
{
    public const string RouterNamespace = "straum-router";
    public const string ClientNamespace = "straum-client";
    public const string Bridge = "fabric";

    /// <summary>The interface of nodes, client and pods in their own namespace.</summary>
    public const string Uplink = "eth0";

    /// <summary>The router's end of the client's wire.</summary>
    public const string ClientPort = "client";

    /// <summary>Where the API server listens for the nodes: the router's address on the fabric.</summary>
    public static readonly IPEndPoint ApiOnFabric = new(IPAddress.Parse("172.30.0.1"), 6443);

    /// <summary>Where it listens for people when nobody else does; not 6443, where a real cluster on this machine may.</summary>
    public static readonly IPEndPoint ApiOnHost = new(IPAddress.Loopback, 16443);

    /// <summary>The <c>kubernetes</c> Service, port 443: the first address of <see cref="ServicesV4"/>.</summary>
    public static readonly IPAddress ApiService = IPAddress.Parse("10.96.0.1");

    public static readonly IPNetwork ServicesV4 = IPNetwork.Parse("10.96.0.0/16");
    public static readonly IPNetwork ServicesV6 = IPNetwork.Parse("fd96::/112");
    public static readonly DualAddress RouterOnFabric = DualAddress.Parse("172.30.0.1/24", "fd30::1/64");
    public static readonly DualAddress RouterOnClientWire = DualAddress.Parse("203.0.113.1/24", "2001:db8:113::1/64");
    public static readonly DualAddress Client = DualAddress.Parse("203.0.113.10/24", "2001:db8:113::10/64");

    public LabTopology(int nodes) => Nodes = [.. Enumerable.Range(1, nodes).Select(NodePlan.Create)];

    public IReadOnlyList<NodePlan> Nodes { get; }

    /// <summary>The node with this name, or null.</summary>
    public NodePlan? Find(string node) => Nodes.FirstOrDefault(n => n.Name == node);
}
