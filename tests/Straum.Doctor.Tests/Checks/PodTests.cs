using System.Net;
using Straum.Doctor.Hosts;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks;

public sealed class PodTests : CheckTest
{
    private readonly SyntheticNetwork _pod;

    public PodTests()
    {
        AddLink(Host.Own, 2, "eth0", 1500);
        AddLink(Host.Own, 7, "lxc0", 1500);
        Host.Own.RouteList.Add(new Route { Destination = IPNetwork.Parse("0.0.0.0/0"), Gateway = IPAddress.Parse("10.0.0.1"), InterfaceIndex = 2 });
        _pod = Host.AddPod("default/web");
        AddLink(_pod, 3, "eth0", 1500);
        AddRoute("10.244.1.1/32", null);
        AddRoute("0.0.0.0/0", "10.244.1.1");
        AddAddress("10.244.1.5", 32);
        _pod.NeighborList.Add(new Neighbor { InterfaceIndex = 3, Address = IPAddress.Parse("10.244.1.1"), State = NeighborState.Reachable });
    }

    public static TheoryData<string> Ids => ["ST-PO-001", "ST-PO-002", "ST-PO-003", "ST-PO-004"];

    [Theory, MemberData(nameof(Ids))]
    public async Task GoodPod_Passes(string id) => await ShouldBeAsync(id, Verdict.Pass, "default/web");

    [Theory, MemberData(nameof(Ids))]
    public async Task NoPods_DoesNotApply(string id)
    {
        Host.PodList.Clear();
        await ShouldBeAsync(id, Verdict.Skip, "no pods");
    }

    [Fact]
    public async Task DefaultRoute_Missing_Fails()
    {
        _pod.RouteList.RemoveAt(1);
        var finding = await FindAsync("ST-PO-001");
        finding.ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(Verdict.Fail), f => f.Subject.ShouldBe("default/web"), f => f.Measured.ShouldContain("IPv4"),
            f => f.Fix.ShouldNotBeNull().ShouldStartWith("kubectl delete pod web -n default "));
    }

    [Fact]
    public async Task DefaultRoute_IPv6AddressWithoutOne_Fails()
    {
        AddAddress("fd44::5", 128);
        await ShouldBeAsync("ST-PO-001", Verdict.Fail, "no default route for IPv6 by eth0");
    }

    [Fact]
    public async Task DefaultRoute_LinkLocalAddress_NeedsNone()
    {
        AddAddress("fe80::5", 64, RouteScope.Link);
        AddRoute("fe80::/64", null);
        await ShouldBeAsync("ST-PO-001", Verdict.Pass, "default/web");
    }

    [Fact]
    public async Task DefaultRoute_PodOfIPv6Only_NeedsNoneOfIPv4()
    {
        _pod.RouteList.Clear();
        _pod.AddressList.Clear();
        AddAddress("fd44::5", 128);
        AddRoute("::/0", "fe80::1");
        await ShouldBeAsync("ST-PO-001", Verdict.Pass, "default/web");
    }

    [Fact]
    public async Task DefaultRoute_DeviceWithoutAddress_Fails()
    {
        _pod.RouteList.Clear();
        _pod.AddressList.Clear();
        await ShouldBeAsync("ST-PO-001", Verdict.Fail, "eth0 has no address");
    }

    [Fact]
    public async Task Gateway_Failed_Fails()
    {
        _pod.NeighborList[0] = _pod.NeighborList[0] with { State = NeighborState.Failed };
        await ShouldBeAsync("ST-PO-002", Verdict.Fail, "10.244.1.1 is FAILED");
        (await FindAsync("ST-PO-002")).Fix.ShouldNotBeNull().ShouldStartWith("straum status; kubectl delete pod web -n default ");
    }

    [Theory]
    [InlineData("02:53:74:72:61:75", 0, Verdict.Pass)]
    [InlineData("02:00:00:00:00:01", 0, Verdict.Fail)]
    [InlineData("02:00:00:00:00:01", 9, Verdict.Pass)]
    public async Task Gateway_AddressThatTheNodesEndDoesNotHave_Fails(string address, int bridge, Verdict verdict)
    {
        Host.Own.LinkList[1] = Host.Own.LinkList[1] with { MacAddress = MacAddress.Parse("02:53:74:72:61:75"), MasterIndex = bridge };
        _pod.NeighborList[0] = _pod.NeighborList[0] with { State = NeighborState.Permanent, MacAddress = MacAddress.Parse(address) };
        await ShouldBeAsync("ST-PO-002", verdict, verdict == Verdict.Pass ? "default/web" : "10.244.1.1 is 02:00:00:00:00:01, lxc0 is 02:53:74:72:61:75");
    }

    [Fact]
    public async Task Mtu_EndsDiffer_Fails()
    {
        _pod.LinkList[0] = _pod.LinkList[0] with { Mtu = 1400 };
        (await FindAsync("ST-PO-003")).ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(Verdict.Fail), f => f.Fix.ShouldBe("straum exec default/web -- ip link set dev eth0 mtu 1500"));
    }

    [Fact]
    public async Task Mtu_NoRoomForTheOverlay_Fails()
    {
        AddLink(Host.Own, 9, "straum_vxlan", 1500, "vxlan", new VxlanSettings { External = true });
        await ShouldBeAsync("ST-PO-003", Verdict.Fail, "1500 + 50 does not fit the uplink's 1500");
        (await FindAsync("ST-PO-003")).Fix.ShouldBe("straum exec default/web -- ip link set dev eth0 mtu 1450; ip link set dev lxc0 mtu 1450");
    }

    [Theory]
    [InlineData("vxlan")]
    [InlineData("geneve")]
    public async Task Mtu_SmallerOnTheDefaultRoute_Fits(string kind)
    {
        // As Cilium does: the device keeps the uplink's.
        AddLink(Host.Own, 9, "cilium_overlay", 1500, kind, kind == "vxlan" ? new VxlanSettings { External = true } : null, kind == "geneve" ? new GeneveSettings { External = true } : null);
        await ShouldBeAsync("ST-PO-003", Verdict.Fail, "1500 + 50 does not fit the uplink's 1500");
        _pod.RouteList[1] = _pod.RouteList[1] with { Mtu = 1450 };
        await ShouldBeAsync("ST-PO-003", Verdict.Pass, "default/web");
    }

    [Fact]
    public async Task Mtu_SmallerOnTheDefaultRouteOfOneFamily_IsTheLarger()
    {
        AddLink(Host.Own, 9, "cilium_vxlan", 1500, "vxlan", new VxlanSettings { External = true });
        _pod.RouteList[1] = _pod.RouteList[1] with { Mtu = 1450 };
        AddRoute("::/0", "fe80::1");
        await ShouldBeAsync("ST-PO-003", Verdict.Fail, "1500 + 50 does not fit the uplink's 1500");
    }

    [Fact]
    public async Task Pair_HostEndDown_Fails()
    {
        Host.Own.LinkList[1] = Host.Own.LinkList[1] with { Flags = LinkFlags.None };
        (await FindAsync("ST-PO-004")).Fix.ShouldBe("ip link set dev lxc0 up");
    }

    [Fact]
    public async Task ManyWrong_TheRestIsCounted()
    {
        for (var i = 0; i < 40; i++)
        {
            Host.AddPod($"default/p{i:00}");
        }
        var findings = (await ExamineAsync("ST-PO-001")).Findings;
        findings.Count.ShouldBe(21);
        findings[^1].Subject.ShouldBe("default/p20 and 19 more");
    }

    [Fact]
    public async Task Attached_UnknownToTheAgentOrTheKernel_IsSaid()
    {
        Host.AgentReports["pods"] = """{"pods":[{"pod":"a/b","interface":"lxcgone","state":"attached","inKernel":true},{"pod":"a/c","interface":"eth0","state":"attached","inKernel":false}]}""";
        (await ExamineAsync("ST-PO-005")).Findings.Select(static f => (f.Verdict, f.Subject))
            .ShouldBe([(Verdict.Fail, "a/b"), (Verdict.Fail, "a/c"), (Verdict.Warn, "default/web")]);
    }

    [Theory]
    [InlineData("10.244.1.5")]
    [InlineData("10.244.1.5", "fd44::5", "fd44::5")]
    [InlineData("10.244.1.6", "fd44::5", "10.244.1.6 and fd44::5")]
    public async Task Attached_AddressThatThePodLost_Fails(string first, string? second = null, string? lost = null)
    {
        Host.AgentReports["pods"] = $$"""{"pods":[{"pod":"default/web","interface":"lxc0","state":"attached","inKernel":true,"addresses":["{{first}}"{{(second is null ? "" : $",\"{second}\"")}}]}]}""";
        (await FindAsync("ST-PO-005")).ShouldBe(lost is null
            ? Finding.Pass("1 pod")
            : Finding.Fail($"eth0 has lost {lost}", "default/web", "kubectl delete pod web -n default   # its controller makes it anew, and with it its network"));
    }

    [Fact]
    public async Task Attached_PodThatEndsMeanwhile_HasLostNothing()
    {
        Host.AgentReports["pods"] = """{"pods":[{"pod":"default/web","interface":"lxc0","state":"attached","inKernel":true,"addresses":["10.244.1.5"]}]}""";
        _pod.AddressList.Clear();
        _pod.LinkList.Clear();
        (await FindAsync("ST-PO-005")).Verdict.ShouldBe(Verdict.Pass);
    }

    private static void AddLink(SyntheticNetwork network, int index, string name, int mtu, string kind = "", VxlanSettings? vxlan = null, GeneveSettings? geneve = null) => network.LinkList.Add(new Link
    {
        Index = index,
        Name = name,
        Kind = kind,
        Mtu = mtu,
        Vxlan = vxlan,
        Geneve = geneve,
        Flags = LinkFlags.Up | LinkFlags.LowerUp,
    });

    private void AddAddress(string address, int length, RouteScope scope = RouteScope.Universe) =>
        _pod.AddressList.Add(new InterfaceAddress { InterfaceIndex = 3, Address = IPAddress.Parse(address), PrefixLength = length, Scope = scope });

    private void AddRoute(string destination, string? gateway) => _pod.RouteList.Add(new Route
    {
        Destination = IPNetwork.Parse(destination),
        Gateway = gateway is null ? null : IPAddress.Parse(gateway),
        InterfaceIndex = 3,
    });
}
