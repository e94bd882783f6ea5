using System.Net;
using Straum.Datapath.Nodes;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Tests.Nodes;

public sealed class RouteReconcilerTests : IDisposable
{
    private readonly TestNamespace _test = new();
    private readonly int _device;

    public RouteReconcilerTests()
    {
        _device = _test.Net.Links.CreateVeth("near", "far").Index;
        _test.Net.Links.SetUp(_device);
        _test.Net.Links.SetUp(_test.Net.Links.Get("far").Index);
        _test.Net.Addresses.Add(_device, IPAddress.Parse("10.9.0.1"), 24);
        _test.Net.Addresses.Add(_device, IPAddress.Parse("fd09::1"), 64, noDad: true);
    }

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Reconcile_OneRouteRefused_SetsAllOthers()
    {
        // As with an address that is tentative: the node's own source is not there yet.
        var refused = Through("fd01::/64", "fd09::2") with { PreferredSource = IPAddress.Parse("fd09::77") };

        Should.Throw<LinuxException>(() => new RouteReconciler(_test.Net).Reconcile([refused, Through("10.1.0.0/16", "10.9.0.2")]))
            .Message.ShouldContain("dev near");

        Present().ShouldBe(["10.1.0.0/16 10.9.0.2"]);
    }

    [Fact]
    public void Reconcile_SameRoutesAgain_ChangesNothing()
    {
        Route[] routes = [Through("10.1.0.0/16", "10.9.0.2"), Through("fd01::/64", "fd09::2")];
        var reconciler = new RouteReconciler(_test.Net);
        reconciler.Reconcile(routes).ShouldBe(2);
        reconciler.Reconcile(routes).ShouldBe(0);
    }

    [Fact]
    public void Reconcile_SomeoneAddedASecondRouteToAPrefix_OursAloneIsLeft()
    {
        var route = Through("10.1.0.0/16", "10.9.0.2");
        var reconciler = new RouteReconciler(_test.Net);
        reconciler.Reconcile([route]);
        _test.Net.Routes.Add(Through("10.1.0.0/16", "10.9.0.3") with { Metric = 1024 });

        reconciler.Reconcile([route]);

        Present().ShouldBe(["10.1.0.0/16 10.9.0.2"]);
        reconciler.Reconcile([route]).ShouldBe(0);
    }

    private string[] Present() => [.. _test.Net.Routes.List(protocol: RoutePlan.Protocol).Select(r => $"{r.Destination} {r.Gateway}")];

    private Route Through(string prefix, string gateway) => new()
    {
        Destination = IPNetwork.Parse(prefix),
        InterfaceIndex = _device,
        Gateway = IPAddress.Parse(gateway),
        Protocol = RoutePlan.Protocol,
    };
}
