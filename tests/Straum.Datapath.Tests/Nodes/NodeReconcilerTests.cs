using System.Collections.Immutable;
using System.Net;
using Straum.Control.Routing;
using Straum.Control.Services;
using Straum.Datapath.Abi;
using Straum.Datapath.Nodes;
using Straum.Kubernetes.Objects;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Tests.Nodes;

public sealed class NodeReconcilerTests : IDisposable
{
    private static readonly string[] NativeRoutes = ["10.244.2.0/24 via 172.30.0.12 eth0", "fd44:0:0:2::/64 via fd30::12 eth0"];
    private static readonly string[] OverlayRoutes = ["10.244.2.0/24 via - straum.vxlan", "fd44:0:0:2::/64 via - straum.vxlan"];

    private readonly KernelFixture _kernel = new();

    [Fact]
    public void Reconcile_Native_SetsRoutesPeersConfigAndPrograms() => _kernel.Agent((datapath, attachments, node) =>
    {
        var pass = node.WriteNode(_kernel.Intent(RoutingMode.Native, KernelFixture.Peer(RoutingMode.Native)));

        pass.Problems.ShouldBeEmpty();
        _kernel.Routes().ShouldBe(NativeRoutes);
        datapath.Tables.Config.Value.Node4.ToString().ShouldBe("172.30.0.11");
        datapath.Tables.Config.Value.OverlayIfindex.ShouldBe(0u);
        datapath.Tables.Peers.TryLookup(PeerPlan.KeyOf(IPNetwork.Parse("10.244.2.7/32")), out var peer).ShouldBeTrue();
        peer.Kind.ShouldBe((byte)PeerKind.RemotePod);
        attachments.Describe().Where(a => a.Role == "uplink").ShouldAllBe(a => a.Attached);
    });

    [Fact]
    public void Reconcile_Again_ChangesNothing() => _kernel.Agent((_, _, node) =>
    {
        var intent = _kernel.Intent(RoutingMode.Native, KernelFixture.Peer(RoutingMode.Native));
        node.WriteNode(intent);
        node.WriteNode(intent).ChangedAnything.ShouldBeFalse();
    });

    [Fact]
    public void ServiceAddresses_AreThoseOfTheServicesThatAreThere() => _kernel.Agent((datapath, _, node) =>
    {
        var (web, other) = (Frontend("10.96.0.1", 80), Frontend("10.96.0.2", 80));
        node.WriteServices(With([web, Frontend("10.96.0.1", 81), other, other with { Address = IPAddress.Parse("192.0.2.1"), Kind = FrontendKind.LoadBalancer }]));
        Addresses().ShouldBe(["10.96.0.1", "10.96.0.2"]);

        // What changes beside it leaves it alone; what somebody else took away comes back after an audit.
        datapath.Tables.ServiceAddresses.Clear();
        node.WriteServices(With([web, other]));
        Addresses().ShouldBeEmpty();
        node.Audit();
        node.WriteServices(With([web, other]));
        Addresses().ShouldBe(["10.96.0.1", "10.96.0.2"]);

        node.WriteServices(With([other]));
        Addresses().ShouldBe(["10.96.0.2"]);

        string[] Addresses() => [.. datapath.Tables.ServiceAddresses.Read().Select(e => e.Key.ToString()).Order(StringComparer.Ordinal)];

        static ServicePlan With(ImmutableArray<FrontendSpec> frontends) => new(frontends, []);

        static FrontendSpec Frontend(string address, ushort port) => new()
        {
            Address = IPAddress.Parse(address),
            Port = port,
            Protocol = Protocol.Tcp,
            Kind = FrontendKind.ClusterIP,
            ServiceName = new NamespacedName("shop", address),
        };
    });

    [Fact]
    public void Reconcile_RouteTakenAway_IsPutBack() => _kernel.Agent((_, _, node) =>
    {
        var intent = _kernel.Intent(RoutingMode.Native, KernelFixture.Peer(RoutingMode.Native));
        node.WriteNode(intent);
        _kernel.Net.Links.SetDown(_kernel.Eth0);
        _kernel.Net.Links.SetUp(_kernel.Eth0);
        _kernel.Net.Addresses.Add(_kernel.Eth0, IPAddress.Parse("fd30::11"), 64, noDad: true);

        node.WriteNode(intent);

        _kernel.Routes().ShouldBe(NativeRoutes);
    });

    [Fact]
    public void Reconcile_PeerGone_TakesItsRoutesAndEntriesAway() => _kernel.Agent((datapath, _, node) =>
    {
        node.WriteNode(_kernel.Intent(RoutingMode.Native, KernelFixture.Peer(RoutingMode.Native)));
        node.WriteNode(_kernel.Intent(RoutingMode.Native));

        _kernel.Routes().ShouldBeEmpty();
        datapath.Tables.Peers.Count().ShouldBe(3); // own prefix, own addresses
    });

    [Fact]
    public void Restart_InAnotherMode_ChangesDeviceRoutesAndTables()
    {
        _kernel.Agent((_, _, node) => node.WriteNode(_kernel.Intent(RoutingMode.Native, KernelFixture.Peer(RoutingMode.Native))));

        _kernel.Agent((datapath, attachments, node) =>
        {
            node.WriteNode(_kernel.Intent(RoutingMode.Vxlan, KernelFixture.Peer(RoutingMode.Vxlan)));
            _kernel.Routes().ShouldBe(OverlayRoutes);
            _kernel.Net.Links.Get(OverlayDevice.Name).Mtu.ShouldBe(1450);
            _kernel.Net.Links.Get(OverlayDevice.Name).Flags.HasFlag(LinkFlags.NoArp).ShouldBeTrue();
            attachments.Describe().Count(a => a.Role == "overlay").ShouldBe(2);
        });

        _kernel.Agent((_, attachments, node) =>
        {
            node.WriteNode(_kernel.Intent(RoutingMode.Native, KernelFixture.Peer(RoutingMode.Native)));
            attachments.RemoveStale();
            _kernel.Routes().ShouldBe(NativeRoutes);
            _kernel.Net.Links.List().ShouldNotContain(l => l.Name == OverlayDevice.Name);
            Directory.GetFiles(_kernel.PinsOf("links")).Length.ShouldBe(2);
        });
    }

    [Fact]
    public void UplinkMadeAnew_GetsProgramsAndRoutesAgain() => _kernel.Agent((_, attachments, node) =>
    {
        node.WriteNode(_kernel.Intent(RoutingMode.Native, KernelFixture.Peer(RoutingMode.Native)));
        _kernel.Net.Links.Delete("eth0");
        _kernel.Net.Links.CreateVeth("eth0", "wire");
        var again = _kernel.Net.Links.Get("eth0").Index;
        _kernel.Net.Links.SetUp(_kernel.Net.Links.Get("wire").Index);
        _kernel.Net.Addresses.Add(again, IPAddress.Parse("172.30.0.11"), 24);
        _kernel.Net.Addresses.Add(again, IPAddress.Parse("fd30::11"), 64, noDad: true);
        _kernel.Net.Links.SetUp(again);

        node.WriteNode(_kernel.Intent(RoutingMode.Native, KernelFixture.Peer(RoutingMode.Native)));

        _kernel.Routes().ShouldBe(NativeRoutes);
        attachments.Describe().ShouldAllBe(a => a.Target == again.ToString() && a.Attached);
    });

    [Fact]
    public void Reconcile_ProgramDetachedBySomeone_IsAttachedAgain() => _kernel.Agent((_, attachments, node) =>
    {
        var intent = _kernel.Intent(RoutingMode.Native, KernelFixture.Peer(RoutingMode.Native));
        node.WriteNode(intent);
        using (var link = BpfLink.OpenPinned(Path.Combine(_kernel.PinsOf("links"), $"uplink-{_kernel.Eth0}-in")))
        {
            link.Detach();
        }
        attachments.IsAttached("uplink", _kernel.Eth0).ShouldBeFalse();

        node.WriteNode(intent);

        attachments.IsAttached("uplink", _kernel.Eth0).ShouldBeTrue();
    });

    [Fact]
    public void Audit_WhatSomeoneElseChanged_IsRepairedByTheNextPassAndCounted() => _kernel.Agent((datapath, _, reconciler) =>
    {
        var intent = _kernel.Intent(RoutingMode.Native, KernelFixture.Peer(RoutingMode.Native));
        reconciler.WriteNode(intent);
        var peers = datapath.Tables.Peers.Count();
        datapath.Tables.Peers.Delete(PeerPlan.KeyOf(IPNetwork.Parse("10.244.2.0/24")));
        datapath.Tables.Peers.TryWrite(PeerPlan.KeyOf(IPNetwork.Parse("192.0.2.0/24")), default);
        datapath.Tables.Config.Value = default;
        _kernel.Net.Routes.Delete(_kernel.Net.Routes.List(protocol: RoutePlan.Protocol).First(r => r.Gateway is not null));

        reconciler.Audit();
        reconciler.WriteNode(intent);

        reconciler.Drift.Found.ShouldBe(new Dictionary<string, long> { ["peers"] = 2, ["config"] = 1, ["routes"] = 1 }, ignoreOrder: true);
        datapath.Tables.Peers.Count().ShouldBe(peers);
        datapath.Tables.Config.Value.Node4.ToString().ShouldBe("172.30.0.11");
    });

    public void Dispose() => _kernel.Dispose();
}
