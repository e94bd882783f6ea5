using System.Net;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Control.Routing;

public sealed class RoutingCompilerTests
{
    private static readonly NodeFacts Here = new() { NodeName = "n1" };

    private readonly SnapshotBuilder _cluster = new() { AllSynced = true };
    private readonly RoutingCompiler _compiler = new();

    [Fact]
    public void Peers_InModeNative_HaveTheirPrefixesAndAddresses()
    {
        Add("n2", "10.244.2.0/24,fd44:0:0:2::/64", "172.30.0.12,fd30::12");
        Add("n1", "fd44:0:0:1::/64,10.244.1.0/24", "172.30.0.11,fd30::11");
        Add("n3", "10.244.3.0/24,fd44:0:0:3::/64", "172.30.0.13,fd30::13");
        Compile(RoutingMode.Native).ShouldBe([
            "local 10.244.1.0/24 fd44:0:0:1::/64",
            "n2 172.30.0.12 fd30::12 : 10.244.2.0/24 fd44:0:0:2::/64",
            "n3 172.30.0.13 fd30::13 : 10.244.3.0/24 fd44:0:0:3::/64",
        ]);
    }

    [Fact]
    public void APeer_WithoutAnAddressOfAFamily_IsNotReachedByItInModeNative()
    {
        Add("n1", "10.244.1.0/24,fd44:0:0:1::/64", "172.30.0.11,fd30::11");
        Add("n2", "10.244.2.0/24,fd44:0:0:2::/64", "172.30.0.12");
        Compile(RoutingMode.Native).ShouldBe([
            "local 10.244.1.0/24 fd44:0:0:1::/64",
            "n2 172.30.0.12 : 10.244.2.0/24",
            "! Warning Node n2 status.addresses: Node n2 has no IPv6 InternalIP, so its pods in fd44:0:0:2::/64 cannot be reached.",
        ]);
        // The tunnel carries both families over one.
        Compile(RoutingMode.Vxlan).ShouldBe([
            "local 10.244.1.0/24 fd44:0:0:1::/64",
            "n2 172.30.0.12 via 172.30.0.12 : 10.244.2.0/24 fd44:0:0:2::/64",
        ]);
    }

    [Fact]
    public void TheTunnel_TakesTheFamilyThatBothEndsHave()
    {
        Add("n1", "10.244.1.0/24", "fd30::11");
        Add("n2", "10.244.2.0/24", "172.30.0.12,fd30::12");
        Add("n3", "10.244.3.0/24", "172.30.0.13");
        Compile(RoutingMode.Vxlan).ShouldBe([
            "local 10.244.1.0/24",
            "n2 172.30.0.12 fd30::12 via fd30::12 : 10.244.2.0/24",
            "n3 172.30.0.13 :",
            "! Warning Node n3 status.addresses: Node n3 has no InternalIP of a family that this node has too, so its pods in 10.244.3.0/24 cannot be reached.",
        ]);
    }

    [Fact]
    public void Nodes_WithoutAPrefix_AreNamed()
    {
        Add("n1", "", "172.30.0.11");
        Add("n2", "", "172.30.0.12");
        Compile(RoutingMode.Native).ShouldBe([
            "local",
            "n2 172.30.0.12 :",
            "! Error Node n1 spec.podCIDRs: Node n1, this node, has no podCIDR, so no pod can get an address.",
            "! Warning Node n2 spec.podCIDRs: Node n2 has no podCIDR, so it has no pods that could be reached.",
        ]);
    }

    [Fact]
    public void ThisNode_Unregistered_IsNamedOnceWeKnow()
    {
        Compile(RoutingMode.Native).ShouldBe(["local", "! Error Node n1 : No Node is named n1, so this node has no pod prefix and no pods."]);
        _cluster.AllSynced = false;
        Compile(RoutingMode.Native).ShouldBe(["local"]);
    }

    [Fact]
    public void OverlappingPrefixes_StayWithUsOrElseWithTheOlderNode()
    {
        Add("n1", "10.244.1.0/24", "172.30.0.11", age: 9);
        Add("n2", "10.244.0.0/16", "172.30.0.12", age: 1);
        Add("n3", "10.245.3.0/24", "172.30.0.13", age: 3);
        Add("n4", "10.245.3.0/25", "172.30.0.14", age: 2);
        Compile(RoutingMode.Native).ShouldBe([
            "local 10.244.1.0/24",
            "n2 172.30.0.12 :",
            "n3 172.30.0.13 :",
            "n4 172.30.0.14 : 10.245.3.0/25",
            "! Error Node n2 spec.podCIDRs[0]: 10.244.0.0/16 of node n2 overlaps 10.244.1.0/24 of node n1; packets go to n1.",
            "! Error Node n3 spec.podCIDRs[0]: 10.245.3.0/24 of node n3 overlaps 10.245.3.0/25 of node n4; packets go to n4.",
        ]);
    }

    [Fact]
    public void Overlaps_NestedAndWide_AreAllFound()
    {
        Add("n1", "", "172.30.0.11");
        Add("n2", "10.0.0.0/8", "172.30.0.12", age: 1);
        Add("n3", "10.1.0.0/24", "172.30.0.13", age: 2);
        Add("n4", "10.2.0.0/24", "172.30.0.14", age: 3);
        Add("n5", "10.2.0.0/24", "172.30.0.15", age: 4);
        Add("n6", "11.0.0.0/24", "172.30.0.16", age: 5);
        Compile(RoutingMode.Native).Where(l => l.Contains("overlaps")).Select(l => l.Split(' ')[3]).ShouldBe(["n3", "n4", "n5", "n5"]);
    }

    [Fact]
    public void APeer_OnAnotherSegment_GetsANote()
    {
        Add("n1", "10.244.1.0/24", "172.30.0.11");
        Add("n2", "10.244.2.0/24", "172.30.0.12");
        Add("n3", "10.244.3.0/24", "172.31.0.13");
        var facts = Here with { OnLinkPrefixes = [IPNetwork.Parse("172.30.0.0/24")] };
        Compile(RoutingMode.Native, facts)[^1]
            .ShouldStartWith("! Notice Node n3 status.addresses: Node n3 (172.31.0.13) is not on a link of this node");
        Compile(RoutingMode.Vxlan, facts).ShouldNotContain(l => l.StartsWith('!'));
    }

    [Fact]
    public void Spec_AsLongAsNothingInItChanges_IsTheSameInstance()
    {
        Add("n1", "10.244.1.0/24", "172.30.0.11");
        Add("n2", "10.244.2.0/24", "172.30.0.12");
        var plan = _compiler.Compile(_cluster.Build(), Here, RoutingMode.Native);
        _cluster.Set(new Namespace { Meta = new() { Name = "shop" } });
        _compiler.Compile(_cluster.Build(), Here, RoutingMode.Native).ShouldBeSameAs(plan);
        _cluster.Set(_cluster.Nodes.Find("", "n2")! with { Ready = true, Unschedulable = true });
        _compiler.Compile(_cluster.Build(), Here, RoutingMode.Native).Spec.ShouldBeSameAs(plan.Spec);
        _compiler.Compile(_cluster.Build(), Here, RoutingMode.Vxlan).Spec.ShouldNotBeSameAs(plan.Spec);
    }

    private void Add(string name, string prefixes, string addresses, int age = 0) => _cluster.Set(new Node
    {
        Meta = new() { Name = name, CreatedAt = DateTimeOffset.UnixEpoch.AddDays(age) },
        PodCidrs = Split(prefixes).Select(IPNetwork.Parse).ToValueArray(),
        Addresses = Split(addresses).Select(a => new NodeAddress(NodeAddressType.InternalIP, IPAddress.Parse(a))).ToValueArray(),
    });

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private List<string> Compile(RoutingMode mode, NodeFacts? facts = null)
    {
        var plan = _compiler.Compile(_cluster.Build(), facts ?? Here, mode);
        plan.Spec.Mode.ShouldBe(mode);
        return
        [
            Line("local", plan.Spec.LocalPodPrefixes.Select(p => p.ToString())),
            .. plan.Spec.Peers.Select(p => Line(p.NodeName, [
                p.AddressV4?.ToString(), p.AddressV6?.ToString(), p.TunnelAddress is null ? null : $"via {p.TunnelAddress}", ":",
                .. p.PodPrefixes.Select(x => x.ToString())])),
            .. plan.Problems.Select(p => $"! {p.Severity} {p.Object} {p.Field}: {p.Message}"),
        ];

        static string Line(string head, IEnumerable<string?> words) => string.Join(' ', words.Where(w => w is not null).Prepend(head));
    }
}
