using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Agent.Configuration;
using Straum.Agent.Daemon;
using Straum.Agent.Metrics;
using Straum.Datapath.Nodes;
using Straum.Datapath.Programs;
using Straum.Datapath.Tests.Nodes;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;
using Straum.Linux.Netlink;

namespace Straum.Agent.Tests.Daemon;

/// <summary>Passes over a real kernel, one at a time.</summary>
public sealed class NodeLoopTests : IDisposable
{
    private readonly KernelFixture _kernel = new();
    private readonly SnapshotBuilder _cluster = new() { AllSynced = true };

    public NodeLoopTests()
    {
        _cluster.Set(NodeNamed("n1", "172.30.0.11", "10.244.1.0/24")).Set(NodeNamed("n2", "172.30.0.12", "10.244.2.0/24"));
        Serve("10.244.1.2");
    }

    [Fact]
    public void ChangedEndpoint_ReachesTheTables_ThoughNetlinkAnswersNobody() => Run((loop, datapath, netlink) =>
    {
        loop.Pass();
        netlink.Dispose();
        Serve("10.244.1.2", "10.244.2.3");

        loop.Pass();

        datapath.Tables.Services.Read().ShouldHaveSingleItem().Value.Count.ShouldBe(2u);
        loop.Programmed("EndpointSlice").ShouldBe(2);
    });

    [Fact]
    public void Endpoint_IsProgrammed_AlsoWhenTheNodesPartFails() => Run((loop, datapath, netlink) =>
    {
        netlink.Dispose();

        Should.Throw<ObjectDisposedException>(loop.Pass);

        datapath.Tables.Services.Count().ShouldBe(1);
        loop.Programmed("EndpointSlice").ShouldBe(1);
        loop.Programmed("Node").ShouldBe(0);
        loop.State.IsProgrammed.ShouldBeFalse();
    });

    [Fact]
    public void RouteTakenAway_IsPutBack_OnceTheNetworkTold() => Run((loop, _, _) =>
    {
        loop.Pass();
        var routes = _kernel.Routes();
        routes.ShouldNotBeEmpty();
        TakeRoutesAway();
        Serve("10.244.1.3");
        loop.Pass();
        _kernel.Routes().ShouldBeEmpty("nothing told of it");

        loop.NetworkChanged();
        loop.Pass();

        _kernel.Routes().ShouldBe(routes);
    });

    [Fact]
    public void RouteTakenAway_IsPutBack_ByAnAudit() => Run((loop, _, _) =>
    {
        loop.Pass();
        var routes = _kernel.Routes();
        TakeRoutesAway();

        loop.AuditNext();
        loop.Pass();

        _kernel.Routes().ShouldBe(routes);
    });

    [Fact]
    public void NodeThatJoins_GetsItsRoute() => Run((loop, _, _) =>
    {
        loop.Pass();
        _cluster.Set(NodeNamed("n3", "172.30.0.13", "10.244.3.0/24"));

        loop.Pass();

        _kernel.Routes().ShouldContain("10.244.3.0/24 via 172.30.0.13 eth0");
        loop.Programmed("Node").ShouldBe(2);
    });

    [Fact]
    public void PassThatFailed_LooksAtTheNetworkAgain() => Run((loop, _, _) =>
    {
        loop.Pass();
        _kernel.Net.Links.Delete("eth0");
        _cluster.Set(NodeNamed("n3", "172.30.0.13", "10.244.3.0/24"));
        // The device that the last pass saw is gone, and nobody has told yet.
        Should.Throw<Straum.Linux.LinuxException>(loop.Pass);

        loop.Pass();

        loop.State.Waiting.ShouldNotBeNull().ShouldContain("no device holds an InternalIP");
    });

    [Fact]
    public void WatchThatHasNotSynced_NothingIsWritten() => Run((loop, datapath, _) =>
    {
        _cluster.AllSynced = false;

        loop.Pass();

        datapath.Tables.Services.Count().ShouldBe(0);
        _kernel.Routes().ShouldBeEmpty();
        loop.Programmed("EndpointSlice").ShouldBe(0);
    });

    public void Dispose() => _kernel.Dispose();

    private void Run(Action<LoopDriver, LoadedDatapath, RtNetlink> test) => _kernel.Agent((datapath, attachments, _) =>
    {
        using var netlink = RtNetlink.Open();
        var reconciler = new NodeReconciler(datapath, attachments, netlink, TimeProvider.System);
        test(new LoopDriver(reconciler, netlink, () => _cluster.Build()), datapath, netlink);
    });

    private void TakeRoutesAway()
    {
        foreach (var route in _kernel.Net.Routes.List(protocol: RoutePlan.Protocol).Where(r => r.Gateway is not null))
        {
            _kernel.Net.Routes.Delete(route);
        }
    }

    private void Serve(params string[] endpoints) => _cluster
        .Set(new Service { Meta = new() { Namespace = "shop", Name = "web" }, ClusterIPs = [IPAddress.Parse("10.96.0.10")], Ports = [new() { Port = 80 }] })
        .Set(new EndpointSlice
        {
            Meta = new() { Namespace = "shop", Name = "web-1", Labels = new([new(WellKnown.ServiceName, "web")]) },
            Ports = [new() { Port = 8080 }],
            Endpoints = [.. endpoints.Select(e => new SliceEndpoint { Addresses = [IPAddress.Parse(e)] })],
        });

    private static Node NodeNamed(string name, string address, string pods) => new()
    {
        Meta = new() { Name = name },
        PodCidrs = [IPNetwork.Parse(pods)],
        Addresses = [new NodeAddress(NodeAddressType.InternalIP, IPAddress.Parse(address))],
        Ready = true,
    };

    /// <summary>What stands around a pass in the agent: every kind has told of a change before it.</summary>
    private sealed class LoopDriver(NodeReconciler reconciler, RtNetlink netlink, Func<Snapshot> snapshot)
    {
        private readonly ProgrammingLatency _latency = new(TimeProvider.System);
        private NodeLoop? _loop;

        private NodeLoop Loop => _loop ??= new NodeLoop(new AgentOptions { Node = new() { Name = "n1" } }, reconciler, netlink, _ => [], _latency,
            TimeProvider.System, NullLogger.Instance);

        public NodeLoopState State => Loop.State;

        public void Pass()
        {
            foreach (var kind in new[] { "Node", "Service", "EndpointSlice" })
            {
                _latency.Arrived(kind);
            }
            using var waiting = _latency.Take();
            Loop.Pass(snapshot(), waiting);
        }

        public void NetworkChanged() => Loop.NetworkChanged();

        public void AuditNext() => Loop.AuditNext();

        /// <summary>How often this kind's events have reached the kernel.</summary>
        public long Programmed(string kind) => _latency.Read().Where(k => k.Kind == kind).Sum(k => k.Reading.Count);
    }
}
