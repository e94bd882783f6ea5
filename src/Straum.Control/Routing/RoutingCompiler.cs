using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Control.Routing;

/// <summary>
/// Turns the cluster's nodes into this node's view of where pods are. The result depends on its arguments alone;
/// what is kept in between only keeps instances that did not change. Not thread-safe: one loop owns it.
/// </summary>
public sealed class RoutingCompiler
{
    private (ObjectTable<Node> Nodes, bool Synced, NodeFacts Facts, RoutingMode Mode)? _input;
    private RoutingPlan _plan = new(new RoutingSpec { Mode = RoutingMode.Native }, []);

    public RoutingPlan Compile(Snapshot snapshot, NodeFacts facts, RoutingMode mode)
    {
        if (_input is { } last && ReferenceEquals(last.Nodes, snapshot.Nodes) && last.Synced == snapshot.AllSynced
            && last.Mode == mode && last.Facts.Equals(facts))
        {
            return _plan;
        }
        _input = (snapshot.Nodes, snapshot.AllSynced, facts, mode);
        var plan = CompileAnew(snapshot, facts, mode);
        return _plan = IsSame(plan.Spec, _plan.Spec) ? plan with { Spec = _plan.Spec } : plan;
    }

    private static RoutingPlan CompileAnew(Snapshot snapshot, NodeFacts facts, RoutingMode mode)
    {
        var problems = new List<Problem>();
        var nodes = snapshot.Nodes.OrderBy(n => n.Key).ToArray();
        var all = nodes.SelectMany(n => n.PodCidrs.Select((prefix, i) => new PodPrefix(n, i, prefix))).ToArray();
        var kept = PrefixOverlaps.Resolve(all, facts.NodeName, problems);
        var byNode = all.Where(kept.Contains).ToLookup(p => p.Node.Key);

        var self = snapshot.Nodes.Find("", facts.NodeName);
        if (self is null && snapshot.AllSynced)
        {
            problems.Add(Missing(facts.NodeName));
        }
        var peers = ImmutableArray.CreateBuilder<PeerSpec>();
        foreach (var node in nodes)
        {
            if (node.PodCidrs.IsEmpty)
            {
                problems.Add(WithoutPrefix(node, node == self));
            }
            if (node != self)
            {
                peers.Add(Peer(node, byNode[node.Key], self, facts, mode, problems));
            }
        }
        var local = self is null ? [] : self.PodCidrs.DistinctBy(p => p.BaseAddress.AddressFamily).Order(FamilyOrder).ToImmutableArray();
        var spec = new RoutingSpec { Mode = mode, Peers = peers.DrainToImmutable(), LocalPodPrefixes = local };
        return new RoutingPlan(spec, [.. problems.OrderBy(p => p.Object)]);
    }

    private static PeerSpec Peer(
        Node node, IEnumerable<PodPrefix> prefixes, Node? self, NodeFacts facts, RoutingMode mode, List<Problem> problems)
    {
        var v4 = node.InternalAddress(AddressFamily.InterNetwork);
        var v6 = node.InternalAddress(AddressFamily.InterNetworkV6);
        var tunnel = mode == RoutingMode.Vxlan ? Underlay(v4, v6, self, facts) : null;
        var reachable = new List<IPNetwork>();
        foreach (var prefix in prefixes)
        {
            var nextHop = mode == RoutingMode.Vxlan ? tunnel : prefix.Family == AddressFamily.InterNetwork ? v4 : v6;
            if (nextHop is null)
            {
                problems.Add(Unreachable(prefix, mode));
                continue;
            }
            reachable.Add(prefix.Prefix);
            if (mode == RoutingMode.Native && !IsOnLink(nextHop, facts))
            {
                problems.Add(OffLink(prefix, nextHop));
            }
        }
        return new PeerSpec
        {
            NodeName = node.Name,
            AddressV4 = v4,
            AddressV6 = v6,
            TunnelAddress = tunnel,
            PodPrefixes = reachable.Order(FamilyOrder).ToValueArray(),
        };
    }

    /// <summary>The peer's address of the family that both ends have, IPv4 first; it carries pods of both families.</summary>
    private static IPAddress? Underlay(IPAddress? v4, IPAddress? v6, Node? self, NodeFacts facts)
    {
        var own = self is null ? facts.NodeAddresses.AsSpan().ToArray() : [.. self.Addresses.Select(a => a.Address)];
        return v4 is not null && own.Any(a => a.AddressFamily == AddressFamily.InterNetwork) ? v4
            : v6 is not null && own.Any(a => a.AddressFamily == AddressFamily.InterNetworkV6) ? v6
            : null;
    }

    private static bool IsOnLink(IPAddress address, NodeFacts facts)
    {
        // Unknown counts as on link: whoever writes the routes sees the interfaces.
        return facts.OnLinkPrefixes.IsEmpty || facts.OnLinkPrefixes.Any(p => p.Contains(address));
    }

    private static readonly Comparer<IPNetwork> FamilyOrder =
        Comparer<IPNetwork>.Create(static (a, b) => AddressOrder.Instance.Compare(a.BaseAddress, b.BaseAddress));

    private static bool IsSame(RoutingSpec one, RoutingSpec other) =>
        one.Mode == other.Mode && one.Peers.SequenceEqual(other.Peers) && one.LocalPodPrefixes.SequenceEqual(other.LocalPodPrefixes);

    private static Problem Missing(string nodeName) => new()
    {
        Severity = Severity.Error,
        Object = new ObjectName("Node", new NamespacedName("", nodeName)),
        Message = $"No Node is named {nodeName}, so this node has no pod prefix and no pods.",
        Fix = "Register the node (kubelet does), or correct the agent's node name.",
    };

    private static Problem WithoutPrefix(Node node, bool isSelf) => new()
    {
        Severity = isSelf ? Severity.Error : Severity.Warning,
        Object = ObjectName.Of(node),
        Field = "spec.podCIDRs",
        Message = isSelf
            ? $"Node {node.Name}, this node, has no podCIDR, so no pod can get an address."
            : $"Node {node.Name} has no podCIDR, so it has no pods that could be reached.",
        Fix = "Let the controller manager allocate node CIDRs (--allocate-node-cidrs), or set spec.podCIDRs.",
    };

    private static Problem Unreachable(PodPrefix prefix, RoutingMode mode)
    {
        var family = prefix.Family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
        return new Problem
        {
            Severity = Severity.Warning,
            Object = ObjectName.Of(prefix.Node),
            Field = "status.addresses",
            Message = mode == RoutingMode.Native
                ? $"Node {prefix.Node.Name} has no {family} InternalIP, so its pods in {prefix.Prefix} cannot be reached."
                : $"Node {prefix.Node.Name} has no InternalIP of a family that this node has too, so its pods in {prefix.Prefix} cannot be reached.",
            Fix = mode == RoutingMode.Native
                ? $"Give the node an {family} address (kubelet --node-ip), or use mode vxlan, which carries both families over one."
                : "Give both nodes addresses of one family (kubelet --node-ip).",
        };
    }

    private static Problem OffLink(PodPrefix prefix, IPAddress nextHop) => new()
    {
        Severity = Severity.Notice,
        Object = ObjectName.Of(prefix.Node),
        Field = "status.addresses",
        Message = $"Node {prefix.Node.Name} ({nextHop}) is not on a link of this node, so {prefix.Prefix} is only reachable if the routers in between know it.",
        Fix = "Use mode vxlan, or teach the routers the pod prefixes.",
    };
}
