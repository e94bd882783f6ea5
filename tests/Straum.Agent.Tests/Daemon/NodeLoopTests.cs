using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Agent.Configuration;
using Straum.Agent.Daemon;
using Straum.Agent.Daemon.Conditions;
using Straum.Agent.Metrics;
using Straum.Control.Addressing;
using Straum.Datapath.Nodes;
using Straum.Datapath.Programs;
using Straum.Datapath.Services;
using Straum.Datapath.Tables;
using Straum.Datapath.Tests;
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
    private readonly ManualClock _clock = new();

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

        Should.Throw<ObjectDisposedException>(() => loop.Pass());

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
    public void RouteTakenAway_IsPutBack_WhenItIsTimeToCompare() => Run((loop, _, _) =>
    {
        loop.Pass();
        var routes = _kernel.Routes();
        TakeRoutesAway();

        _clock.Advance(TimeSpan.FromSeconds(29));
        loop.Pass();
        _kernel.Routes().ShouldBeEmpty("too early");
        _clock.Advance(TimeSpan.FromSeconds(1));
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
        Should.Throw<Straum.Linux.LinuxException>(() => loop.Pass());

        loop.Pass();

        loop.State.Waiting.ShouldNotBeNull().ShouldContain("no device holds an InternalIP");
    });

    [Fact]
    public void UplinkThatIsDown_IsAProblem_AlsoWhenThePassFails_UntilItIsUp() => Run((loop, _, _) =>
    {
        loop.Pass();
        _kernel.Net.Links.SetDown(_kernel.Eth0);
        loop.NetworkChanged();
        _cluster.Set(NodeNamed("n3", "172.30.0.13", "10.244.3.0/24"));

        Should.Throw<Straum.Linux.LinuxException>(() => loop.Pass(), "a route by a device that is down");
        loop.State.Problems.ShouldContain(p => p.Message.StartsWith("The uplink eth0 is down") && p.Fix == "ip link set eth0 up");

        _kernel.Net.Links.SetUp(_kernel.Eth0);
        loop.NetworkChanged();
        loop.Pass();
        loop.State.Problems.ShouldBeEmpty();
    });

    [Fact]
    public void UplinkWithoutCarrier_IsAProblem() => Run((loop, _, _) =>
    {
        _kernel.Net.Links.SetDown(_kernel.Net.Links.Get("wire").Index);
        loop.Pass();
        loop.State.Problems.ShouldContain(p => p.Message.StartsWith("The uplink eth0 has no carrier"));
    });

    [Fact]
    public void TableThatCannotGrow_IsNamedOnEveryServiceThatDidNotFit_UntilItFits()
    {
        var objects = Directory.CreateTempSubdirectory("straum-t-");
        foreach (var file in Directory.GetFiles(BpfObjects.Directory, "*.bpf.o"))
        {
            File.Copy(file, Path.Combine(objects.FullName, Path.GetFileName(file)));
        }
        _cluster.Services = ObjectTable<Service>.Create(Enumerable.Range(0, 100).Select(i => ServiceAt($"s{i:D2}", $"10.96.1.{i + 1}")));
        var board = new ConditionBoard("n1");
        var shortage = Shortage.None;
        _kernel.Agent(objects.FullName, new TableSizes { Services = 64 }, (datapath, attachments) =>
        {
            // Larger tables are made from the objects.
            objects.Delete(recursive: true);
            using var netlink = RtNetlink.Open();
            var loop = new LoopDriver(new NodeReconciler(datapath, attachments, netlink, _clock), netlink, () => _cluster.Build(), _clock);

            Pass();
            board.Next(_ => false).ShouldBeNull("a table that grows would have room with the next pass");

            Pass();
            var lacking = shortage.Missing.Keys.ToArray();
            lacking.Length.ShouldBe(100 - datapath.Tables.Services.Count());
            var named = board.Next(_ => false).ShouldNotBeNull();
            named.Key.ShouldBe(lacking.Min());
            board.WhyNot(named).ShouldStartWith($"{named.ClusterIPs[0]}:80/Tcp is not served: the table services (64 entries) is full.");
            board.WhyNot(named).ShouldContain("tables.services in straum.yaml");

            // What the API shows next, and then room.
            _cluster.Set(named with { Conditions = [new() { Type = ProgrammedCondition.Type, Status = "False", Message = "n1: " + board.WhyNot(named) }] });
            foreach (var service in _cluster.Services.Where(s => s.Key != named.Key && !lacking.Contains(s.Key)).ToArray())
            {
                _cluster.Services = _cluster.Services.Remove(service.Key);
            }
            Pass();
            shortage.Missing.ShouldBeEmpty();
            board.Next(_ => false).ShouldNotBeNull().Key.ShouldBe(named.Key);
            board.StepFor(_cluster.Services.Find(named.Key)!).ShouldBe(ConditionStep.Clear);

            void Pass()
            {
                loop.Pass();
                board.Update(shortage = shortage.After(loop.State));
            }
        });
    }

    [Fact]
    public void ServiceThatNeedsMoreThanIsFree_FindsRoom_ThoughTheTableIsNotNearlyFull() =>
        _kernel.Agent(BpfObjects.Directory, new TableSizes { Slots = 64 }, (datapath, attachments) =>
        {
            using var netlink = RtNetlink.Open();
            var loop = new LoopDriver(new NodeReconciler(datapath, attachments, netlink, _clock), netlink, () => _cluster.Build(), _clock);
            loop.Pass();
            Serve([.. Enumerable.Range(0, 300).Select(i => $"10.244.{i / 250}.{(i % 250) + 1}")]);

            loop.Pass();
            loop.State.Unplaced.ShouldHaveSingleItem().Message.ShouldBe("10.96.0.10:80/Tcp is not served: the table slots (64 entries) has not 300 free in a row.");
            _clock.Advance(ServiceReconciler.Grace - TimeSpan.FromMilliseconds(1));
            loop.Pass().ShouldBeInRange(ServiceReconciler.Grace, ServiceReconciler.Grace * 2, "nobody may come by");
            datapath.Tables.Slots.Length.ShouldBe(64, "what rests from a moment ago may make room");
            loop.State.Settling.ShouldBe(loop.State.Unplaced);

            _clock.Advance(TimeSpan.FromMilliseconds(1));
            foreach (var size in new[] { 128, 256, 512 })
            {
                loop.Pass();
                datapath.Tables.Slots.Length.ShouldBe(size);
                loop.State.Unplaced.ShouldHaveSingleItem();
                loop.State.Settling.ShouldBe(loop.State.Unplaced, "the next pass has room");
            }
            loop.Pass().ShouldBe(TimeSpan.FromSeconds(30));

            loop.State.Unplaced.ShouldBeEmpty();
            loop.State.Settling.ShouldBeEmpty();
            datapath.Tables.Services.Read().ShouldHaveSingleItem().Value.Count.ShouldBe(300u);
        });

    [Fact]
    public void EndpointsThatChangeFasterThanRangesRest_FindRoomInASecond_AndTheTableStaysAsItIs() =>
        _kernel.Agent(BpfObjects.Directory, new TableSizes { Slots = 64 }, (datapath, attachments) =>
        {
            using var netlink = RtNetlink.Open();
            var loop = new LoopDriver(new NodeReconciler(datapath, attachments, netlink, _clock), netlink, () => _cluster.Build(), _clock);
            for (var round = 0; round < 30; round++)
            {
                Serve([.. Enumerable.Range(0, 20).Select(i => $"10.244.{round}.{i + 1}")]);
                loop.Pass();
                if (!loop.State.Unplaced.IsEmpty)
                {
                    _clock.Advance(ServiceReconciler.Grace);
                    loop.Pass();
                }
                loop.State.Unplaced.ShouldBeEmpty($"round {round}");
            }
            datapath.Tables.Slots.Length.ShouldBe(64);
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
        var reconciler = new NodeReconciler(datapath, attachments, netlink, _clock);
        test(new LoopDriver(reconciler, netlink, () => _cluster.Build(), _clock), datapath, netlink);
    });

    private void TakeRoutesAway()
    {
        foreach (var route in _kernel.Net.Routes.List(protocol: RoutePlan.Protocol).Where(r => r.Gateway is not null))
        {
            _kernel.Net.Routes.Delete(route);
        }
    }

    private void Serve(params string[] endpoints) => _cluster
        .Set(ServiceAt("web", "10.96.0.10"))
        .Set(new EndpointSlice
        {
            Meta = new() { Namespace = "shop", Name = "web-1", Labels = new([new(WellKnown.ServiceName, "web")]) },
            Ports = [new() { Port = 8080 }],
            Endpoints = [.. endpoints.Select(e => new SliceEndpoint { Addresses = [IPAddress.Parse(e)] })],
        });

    private static Service ServiceAt(string name, string address) => new()
    {
        Meta = new() { Namespace = "shop", Name = name },
        ClusterIPs = [IPAddress.Parse(address)],
        Ports = [new() { Port = 80 }],
    };

    private static Node NodeNamed(string name, string address, string pods) => new()
    {
        Meta = new() { Name = name },
        PodCidrs = [IPNetwork.Parse(pods)],
        Addresses = [new NodeAddress(NodeAddressType.InternalIP, IPAddress.Parse(address))],
        Ready = true,
    };

    /// <summary>What stands around a pass in the agent: every kind has told of a change before it.</summary>
    private sealed class LoopDriver
    {
        private readonly ProgrammingLatency _latency;
        private readonly NodeLoop _loop;
        private readonly Func<Snapshot> _snapshot;

        public LoopDriver(NodeReconciler reconciler, RtNetlink netlink, Func<Snapshot> snapshot, TimeProvider clock)
        {
            (_latency, _snapshot) = (new ProgrammingLatency(clock), snapshot);
            _loop = new NodeLoop(new AgentOptions { Node = new() { Name = "n1" } }, reconciler, netlink, _ => [], _latency, clock, NullLogger.Instance);
            // What the first lists told was programmed before.
            using var first = _latency.Take();
            first.Programmed();
        }

        public NodeLoopState State => _loop.State;

        public TimeSpan Pass()
        {
            foreach (var kind in new[] { "Node", "Service", "EndpointSlice" })
            {
                _latency.Arrived(kind);
            }
            using var waiting = _latency.Take();
            return _loop.Pass(_snapshot(), waiting);
        }

        public void NetworkChanged() => _loop.NetworkChanged();

        public void AuditNext() => _loop.AuditNext();

        /// <summary>How often this kind's events have reached the kernel.</summary>
        public long Programmed(string kind) => _latency.Read().Where(k => k.Kind == kind).Sum(k => k.Reading.Count);
    }
}
