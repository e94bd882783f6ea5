using System.Net;
using System.Net.Sockets;

namespace Straum.Linux.Netlink;

public sealed class RouteTableTests : IDisposable
{
    private const RouteProtocol Ours = (RouteProtocol)0x53;

    private readonly TestNamespace _test = new();
    private readonly int _device;

    public RouteTableTests()
    {
        _device = _test.Net.Links.CreateVeth("near", "far").Index;
        _test.Net.Links.SetUp(_device);
        _test.Net.Links.SetUp(_test.Net.Links.Get("far").Index);
        _test.Net.Addresses.Add(_device, IPAddress.Parse("10.9.0.1"), 24);
        _test.Net.Addresses.Add(_device, IPAddress.Parse("fd09::1"), 64, noDad: true);
    }

    public void Dispose() => _test.Dispose();

    private RouteTable Routes => _test.Net.Routes;

    [Theory]
    [InlineData("10.1.0.0/16", "10.9.0.2")]
    [InlineData("fd01::/64", "fd09::2")]
    [InlineData("10.2.0.0/16", "fd09::2")]
    public void Add_Gateway_ReadsBack(string destination, string gateway)
    {
        var route = new Route
        {
            Destination = IPNetwork.Parse(destination),
            Gateway = IPAddress.Parse(gateway),
            InterfaceIndex = _device,
            Protocol = Ours,
            Metric = 50,
            Mtu = 1400,
            Scope = RouteScope.Universe,
        };
        Routes.Add(route).ShouldBeTrue();
        Routes.Add(route).ShouldBeFalse();
        Routes.List(protocol: Ours).ShouldHaveSingleItem().ShouldBe(route);
        Routes.Delete(route).ShouldBeTrue();
        Routes.Delete(route).ShouldBeFalse();
    }

    [Fact]
    public void Replace_OtherGateway_TakesItsPlace()
    {
        var route = new Route { Destination = IPNetwork.Parse("10.1.0.0/16"), Gateway = IPAddress.Parse("10.9.0.2"), Protocol = Ours };
        Routes.Replace(route);
        Routes.Replace(route with { Gateway = IPAddress.Parse("10.9.0.3") });
        Routes.List(AddressFamily.InterNetwork, Ours).ShouldHaveSingleItem().Gateway.ShouldBe(IPAddress.Parse("10.9.0.3"));
    }

    [Fact]
    public void Replace_OnLinkGatewayOutsideEveryPrefix_IsAccepted()
    {
        var link = new Route
        {
            Destination = IPNetwork.Parse("0.0.0.0/0"),
            Gateway = IPAddress.Parse("169.254.1.1"),
            InterfaceIndex = _device,
            OnLink = true,
            PreferredSource = IPAddress.Parse("10.9.0.1"),
            Protocol = Ours,
        };
        Routes.Replace(link);
        var found = Routes.List(AddressFamily.InterNetwork, Ours).ShouldHaveSingleItem();
        found.OnLink.ShouldBeTrue();
        found.PreferredSource.ShouldBe(IPAddress.Parse("10.9.0.1"));
        Routes.Get(IPAddress.Parse("192.0.2.1"))!.Gateway.ShouldBe(IPAddress.Parse("169.254.1.1"));
    }

    [Fact]
    public void Add_UnreachableGateway_TellsTheKernelsWords()
    {
        var route = new Route { Destination = IPNetwork.Parse("10.1.0.0/16"), Gateway = IPAddress.Parse("192.0.2.1"), InterfaceIndex = _device };
        Should.Throw<NetlinkException>(() => Routes.Add(route)).KernelMessage.ShouldBe("Nexthop has invalid gateway");
    }

    [Theory]
    [InlineData("10.3.0.0/16", RouteType.Blackhole)]
    [InlineData("fd03::/64", RouteType.Blackhole)]
    [InlineData("10.3.0.0/16", RouteType.Unreachable)]
    [InlineData("fd03::/64", RouteType.Unreachable)]
    public void Add_Rejecting_KeepsItsType(string destination, RouteType type)
    {
        var route = new Route { Destination = IPNetwork.Parse(destination), Type = type, Protocol = Ours };
        Routes.Add(route).ShouldBeTrue();
        Routes.List(protocol: Ours).ShouldHaveSingleItem().Type.ShouldBe(type);
        Routes.Delete(route).ShouldBeTrue();
    }

    [Theory]
    [InlineData("10.4.0.0/16", "10.9.0.2", "10.9.0.3")]
    [InlineData("fd04::/64", "fd09::2", "fd09::3")]
    public void Add_SeveralNextHops_ReadBack(string destination, string first, string second)
    {
        NextHop[] hops =
        [
            new() { Gateway = IPAddress.Parse(first), InterfaceIndex = _device, Weight = 1 },
            new() { Gateway = IPAddress.Parse(second), InterfaceIndex = _device, Weight = 3 },
        ];
        Routes.Add(new Route { Destination = IPNetwork.Parse(destination), NextHops = hops, Protocol = Ours }).ShouldBeTrue();
        Routes.List(protocol: Ours).ShouldHaveSingleItem().NextHops.ShouldBe(hops);
    }

    [Fact]
    public void List_OtherTable_IsSeparate()
    {
        var route = new Route { Destination = IPNetwork.Parse("10.5.0.0/16"), InterfaceIndex = _device, Table = 4711, Protocol = Ours };
        Routes.Add(route).ShouldBeTrue();
        Routes.List(protocol: Ours).ShouldBeEmpty();
        Routes.List(protocol: Ours, table: 4711).ShouldHaveSingleItem().Table.ShouldBe(4711);
        Routes.List(protocol: Ours, table: 0).ShouldHaveSingleItem();
    }

    [Fact]
    public void Get_NoRoute_IsNull()
    {
        Routes.Get(IPAddress.Parse("192.0.2.1")).ShouldBeNull();
        Routes.Get(IPAddress.Parse("2001:db8::1")).ShouldBeNull();
        Routes.Get(IPAddress.Parse("10.9.0.77"))!.InterfaceIndex.ShouldBe(_device);
    }
}
