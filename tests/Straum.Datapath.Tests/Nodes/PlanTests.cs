using System.Net;
using Straum.Control.Routing;
using Straum.Datapath.Abi;
using Straum.Datapath.Nodes;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Tests.Nodes;

public sealed class PlanTests
{
    private static readonly Uplink Eth0 = new("eth0", 7, 1500,
        [IPNetwork.Parse("172.30.0.0/24"), IPNetwork.Parse("fd30::/64")], [IPAddress.Parse("172.30.0.11"), IPAddress.Parse("fd30::11")]);

    private static readonly PeerSpec N2 = new()
    {
        NodeName = "n2",
        AddressV4 = IPAddress.Parse("172.30.0.12"),
        AddressV6 = IPAddress.Parse("fd30::12"),
        PodPrefixes = [IPNetwork.Parse("10.244.2.0/24"), IPNetwork.Parse("fd44:0:0:2::/64")],
    };

    private static readonly RoutingSpec Native = new()
    {
        Mode = RoutingMode.Native,
        Peers = [N2],
        LocalPodPrefixes = [IPNetwork.Parse("10.244.1.0/24")],
    };

    [Fact]
    public void Routes_Native_GoByThePeersAddressOfTheSameFamily()
    {
        var routes = RoutePlan.Build(Native, Eth0, overlayIndex: 0).Routes.Where(r => r.Type == RouteType.Unicast).ToArray();

        routes.Select(r => (r.Destination.ToString(), r.Gateway!.ToString(), r.PreferredSource!.ToString())).ShouldBe([
            ("10.244.2.0/24", "172.30.0.12", "172.30.0.11"), ("fd44:0:0:2::/64", "fd30::12", "fd30::11")]);
    }

    [Fact]
    public void Routes_Overlay_GoByTheOverlayDevice()
    {
        var routes = RoutePlan.Build(Native, Eth0, overlayIndex: 9).Routes.Where(r => r.Type == RouteType.Unicast);
        routes.ShouldAllBe(r => r.InterfaceIndex == 9 && r.Gateway == null);
    }

    [Fact]
    public void Routes_OwnPrefix_EndsAtThisNode() =>
        RoutePlan.Build(Native, Eth0, 0).Routes.Single(r => r.Type == RouteType.Unreachable).Destination.ToString().ShouldBe("10.244.1.0/24");

    [Fact]
    public void Routes_ToPeersMadeByOthers_LeaveTheOwnPrefixGuarded() =>
        RoutePlan.Build(Native, Eth0, 0, toPeers: false).Routes.ShouldHaveSingleItem().Destination.ToString().ShouldBe("10.244.1.0/24");

    [Theory]
    [InlineData(false, null, 1500)]
    [InlineData(true, null, 1450)]
    [InlineData(true, "172.30.0.12", 1450)]
    [InlineData(true, "fd30::12", 1430)] // a peer without IPv4: the tunnel to it adds more
    public void PodMtu_LeavesRoomForTheLargestTunnel(bool overlay, string? tunnel, int mtu) =>
        UplinkFinder.PodMtu([Eth0], overlay, tunnel is null ? [] : [N2, N2 with { TunnelAddress = IPAddress.Parse(tunnel) }]).ShouldBe(mtu);

    [Fact]
    public void Uplinks_AddressOfADeviceThatCameAfterTheLinksWereListed_IsNoFault()
    {
        var address = new InterfaceAddress { InterfaceIndex = 8, Address = IPAddress.Parse("172.30.0.11"), PrefixLength = 24 };
        UplinkFinder.Find([], [address], [address.Address], []).ShouldBeEmpty();
    }

    [Fact]
    public void Routes_PeerOnAnotherLink_IsAProblemAndNoRoute()
    {
        var far = Native with { Peers = [N2 with { AddressV4 = IPAddress.Parse("192.0.2.9"), PodPrefixes = [IPNetwork.Parse("10.244.2.0/24")] }] };

        var plan = RoutePlan.Build(far, Eth0, 0);

        plan.Routes.ShouldAllBe(r => r.Type == RouteType.Unreachable);
        plan.Problems.Single().ToString().ShouldContain("192.0.2.9 is not on the link of eth0");
    }

    [Theory]
    [InlineData("10.244.2.0/24", 120u)]
    [InlineData("172.30.0.12/32", 128u)]
    [InlineData("0.0.0.0/0", 96u)]
    [InlineData("fd44:0:0:2::/64", 64u)]
    public void PeerKey_Prefix_IsOfThe128BitForm(string prefix, uint length) =>
        PeerPlan.KeyOf(IPNetwork.Parse(prefix)).PrefixLen.ShouldBe(length);

    [Fact]
    public void Peers_Overlay_CarryTheTunnelForPodsAndNode()
    {
        var spec = Native with { Mode = RoutingMode.Vxlan, Peers = [N2 with { TunnelAddress = IPAddress.Parse("172.30.0.12") }] };

        var peers = PeerPlan.Build(spec, [], []);

        foreach (var prefix in new[] { "10.244.2.0/24", "172.30.0.12/32", "fd30::12/128" })
        {
            peers[PeerPlan.KeyOf(IPNetwork.Parse(prefix))].Tunnel.ToString().ShouldBe("172.30.0.12");
        }
    }

    [Fact]
    public void Peers_AddressOfThisNode_WinsOverWhateverElseClaimsIt()
    {
        var own = IPAddress.Parse("172.30.0.11");
        var peers = PeerPlan.Build(Native, [own], [new IPNetwork(own, 32)]);
        peers[PeerPlan.KeyOf(new IPNetwork(own, 32))].Kind.ShouldBe((byte)PeerKind.LocalNode);
    }
}
