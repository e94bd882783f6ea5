using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Straum.Agent.Configuration;
using Straum.Agent.Metrics;
using Straum.Control;
using Straum.Control.Problems;
using Straum.Control.Routing;
using Straum.Control.Services;
using Straum.Datapath.Abi;
using Straum.Datapath.Nodes;
using Straum.Datapath.Services;
using Straum.Datapath.Tables;
using Straum.Kubernetes;
using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;
using Straum.Linux;
using Straum.Linux.Netlink;
using ConfiguredMode = Straum.Agent.Configuration.RoutingMode;
using RoutingMode = Straum.Control.Routing.RoutingMode;

namespace Straum.Agent.Daemon;

/// <summary>
/// The one place where intent becomes kernel state: waits until something changed, compiles everything that
/// may depend on it, and writes the differences. A pass that fails is run again, with growing pauses; until it
/// succeeds the kernel keeps what it has. Also without a change the kernel is compared now and then.
///
/// A pass has two parts. (1) Services follow from objects alone: their tables are written before anything asks netlink, which
/// waits for whoever holds the kernel's rtnl lock. (2) The node's own part (devices, addresses, peers, programs, routes) is left
/// out while neither the network nor what follows from Node objects has changed, unless it is time to compare.
/// </summary>
/// <param name="options">The configuration.</param>
/// <param name="reconciler">Writes the kernel.</param>
/// <param name="netlink">Reads devices and addresses.</param>
/// <param name="takePrefixes">Gives a Node's pod prefixes to whoever hands out addresses; returns what is wrong with them.</param>
/// <param name="latency">Learns when events have reached the kernel.</param>
/// <param name="clock">Times the passes.</param>
/// <param name="log">One line for each pass that changed something.</param>
internal sealed class NodeLoop(AgentOptions options, NodeReconciler reconciler, RtNetlink netlink,
    Func<Node, IReadOnlyList<Problem>> takePrefixes, ProgrammingLatency latency, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // Nobody tells of everything: a route that someone else replaced, a program that someone else detached.
    private static readonly TimeSpan Audit = TimeSpan.FromSeconds(30);

    // When what rests is free again. A little later: a timer may come a moment early.
    private static readonly TimeSpan Rest = ServiceReconciler.Grace + TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Housekeeping = TimeSpan.FromSeconds(1);

    // One slot: while a pass runs, any number of changes become one.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ServiceCompiler _services = new();
    private readonly RoutingCompiler _routing = new();
    private Snapshot _snapshot = Snapshot.Empty;
    private ImmutableArray<Problem> _tableProblems = [];
    private ImmutableArray<Problem> _uplinkProblems = [];
    private NodeLoopState _state = new();
    private long _audited = clock.GetTimestamp();
    private bool _auditNow;
    private bool _stale = true;
    private bool _networkStale = true;
    private NodePart? _nodePart;

    // What the node's part of the kernel was last written from, and what came of it.
    private sealed record NodePart(NetworkView View, Node Node, RoutingSpec Routing, NodeIntent Intent, NodePass Pass);

    /// <summary>As of the last pass. Safe to read from any thread.</summary>
    public NodeLoopState State => Volatile.Read(ref _state);

    /// <summary>After every pass that succeeded, on the loop's own thread of control.</summary>
    public event Action<NodeLoopState>? Passed;

    public void SnapshotChanged(Snapshot snapshot)
    {
        Volatile.Write(ref _snapshot, snapshot);
        Wake();
    }

    /// <summary>Devices, addresses or routes are not as the last pass saw them.</summary>
    public void NetworkChanged()
    {
        Volatile.Write(ref _networkStale, true);
        Wake();
    }

    /// <summary>Everything was listed anew, or a table may be filling up: compares the kernel with the next pass and not only when it is time.</summary>
    public void AuditNext()
    {
        Volatile.Write(ref _auditNow, true);
        Wake();
    }

    public async Task RunAsync(CancellationToken ct)
    {
        await using var housekeeping = clock.CreateTimer(_ => _wake.Writer.TryWrite(true), null, Housekeeping, Housekeeping);
        await using var retry = clock.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var pause = FirstPause;
        var heap = HeapKeeper.OfProcess();
        await foreach (var _ in _wake.Reader.ReadAllAsync(ct))
        {
            reconciler.Services.RetireRested();
            if (!Interlocked.Exchange(ref _stale, false))
            {
                heap.Idle();
                continue;
            }
            using var waiting = latency.Take();
            try
            {
                var next = Pass(Volatile.Read(ref _snapshot), waiting);
                pause = FirstPause;
                retry.Change(next, Timeout.InfiniteTimeSpan);
            }
            catch (Exception e) when (e is LinuxException or IOException)
            {
                log.LogError("pass failed, next in {Pause} s: {Message}", pause.TotalSeconds, e.Message);
                Publish(State with { Failure = e.Message });
                retry.Change(pause, Timeout.InfiniteTimeSpan);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            heap.Passed();
        }
    }

    private void Wake()
    {
        Volatile.Write(ref _stale, true);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>One pass.</summary>
    /// <param name="snapshot">What shall be so.</param>
    /// <param name="waiting">Settled as far as the kernel does what was said.</param>
    /// <returns>When the next is due without an event: sooner when a table had no room for all, as some may become free.</returns>
    /// <exception cref="LinuxException">The kernel refused a step; those before it are done.</exception>
    internal TimeSpan Pass(Snapshot snapshot, ProgrammingLatency.Waiting waiting)
    {
        // Until every watch has synced, absence means nothing, and what the kernel has is better than what we know.
        if (!snapshot.AllSynced)
        {
            return Audit;
        }
        var started = clock.GetTimestamp();
        // A Node object that was deleted under us still has its pods: go on with what it last said.
        var found = snapshot.Nodes.Find("", options.Node.Name);
        if ((found ?? State.Node) is not { } node)
        {
            Publish(State with { Waiting = $"Node {options.Node.Name} does not exist yet (is node.name right?)" });
            return Audit;
        }
        var audits = Interlocked.Exchange(ref _auditNow, false) || clock.GetElapsedTime(_audited) >= Audit;
        if (audits)
        {
            reconciler.Audit();
            _audited = clock.GetTimestamp();
        }

        // :: Step 1: Services.
        var facts = NodeFacts.Of(node);
        var plan = _services.Compile(snapshot, facts);
        var services = reconciler.WriteServices(plan);
        if (services.Unplaced == 0)
        {
            waiting.Programmed(Kinds.Services.Kind, Kinds.EndpointSlices.Kind);
        }

        // :: Step 2: the node's own part.
        var routing = _routing.Compile(snapshot, facts, IsOverlay ? RoutingMode.Vxlan : RoutingMode.Native);
        var (part, changes) = WriteNode(node, routing.Spec, plan, audits);
        if (part is null)
        {
            Publish(State with { Waiting = WaitingForDevice(node), Problems = [.. routing.Problems, .. plan.Problems, .. services.Problems] });
            return services.Unplaced == 0 ? Audit : LongestPause;
        }
        ImmutableArray<Problem> unplaced = [.. services.Problems[..services.Unplaced], .. part.Pass.Unplaced];
        if (unplaced.IsEmpty)
        {
            waiting.Programmed();
        }

        // :: Step 3: room, and what there is to tell.
        var growth = audits || !unplaced.IsEmpty ? GrowTables() : TableGrowth.None;
        var took = clock.GetElapsedTime(started);
        var state = new NodeLoopState
        {
            Revision = snapshot.Revision,
            Snapshot = snapshot,
            Node = node,
            Intent = part.Intent with { Services = plan },
            Problems =
            [
                .. found is null ? [NodeGone(node)] : Array.Empty<Problem>(), .. _uplinkProblems, .. snapshot.Problems.Select(ProblemOf), .. routing.Problems, .. plan.Problems,
                .. services.Problems, .. part.Pass.Problems, .. _tableProblems, .. takePrefixes(node),
            ],
            Unplaced = unplaced,
            Settling =
            [
                .. services.Problems[..services.Unplaced].Where((_, i) => growth.Settles(services.Short[i].Table)),
                .. growth.Settles(MapTable.Peers.Name) ? part.Pass.Unplaced : [],
            ],
            LastPass = clock.GetUtcNow(),
            LastPassTook = took,
            Passes = State.Passes + 1,
        };
        Publish(state);
        if (services.Published + services.Withdrawn + changes.Peers + changes.Routes > 0)
        {
            log.LogInformation("programmed {Services} Service frontends, {Peers} prefixes, {Routes} routes in {Milliseconds} ms",
                services.Published + services.Withdrawn, changes.Peers, changes.Routes, (int)took.TotalMilliseconds);
        }
        Passed?.Invoke(state);
        return unplaced.IsEmpty ? Audit : growth.Resting.Count > 0 ? Rest : LongestPause;
    }

    private bool IsOverlay => options.Routing.Mode == ConfiguredMode.Vxlan;

    /// <summary>Writes the node's part where that can change anything; null when no device carries the node's traffic yet.</summary>
    private (NodePart? Part, (int Peers, int Routes) Changes) WriteNode(Node node, RoutingSpec routing, ServicePlan services, bool audits)
    {
        // Forgotten first: a part that fails half-way is written again from what the network is then.
        var last = Interlocked.Exchange(ref _nodePart, null);
        // Before looking: what changes from here on is told of again.
        var look = Interlocked.Exchange(ref _networkStale, false) || audits || last is null;
        if (!look && ReferenceEquals(last!.Node, node) && ReferenceEquals(last.Routing, routing) && last.Pass.Unplaced.IsEmpty)
        {
            _nodePart = last;
            return (last, default);
        }
        var view = look ? NetworkView.Read(netlink) : last!.View;
        if (IntentOf(node, routing, services, view) is not { } intent)
        {
            return (null, default);
        }
        _uplinkProblems = ProblemsOf(intent.Uplinks, view);
        if (!_uplinkProblems.IsEmpty)
        {
            // At once: by a device that is down the kernel takes no routes, and that is all that the pass would tell.
            Publish(State with { Problems = [.. _uplinkProblems, .. State.Problems.Except(_uplinkProblems)] });
        }
        var pass = reconciler.WriteNode(intent);
        _nodePart = new NodePart(view, node, routing, intent, pass);
        return (_nodePart, (pass.Peers, pass.Routes));
    }

    // A table that has grown is filled by the next pass, with what found no room in this one.
    private TableGrowth GrowTables()
    {
        var growth = TableGrowth.None;
        try
        {
            growth = reconciler.FindShort();
            _tableProblems = [.. growth.Stuck.Select(need => Lacks(need, CannotGrow(need.Table)))];
            reconciler.Grow(growth);
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            _tableProblems = [.. _tableProblems, .. growth.Growing.Select(need => Lacks(need, e.Message))];
            return growth with { Growing = [] };
        }
        foreach (var need in growth.Growing)
        {
            log.LogWarning("the table {Table} {Why}: it was given twice the room; {Key} makes it so from the beginning", need.Table.Name, need.Why, need.Table.Key);
        }
        if (growth.Growing.Count > 0)
        {
            _nodePart = null;
            Wake();
        }
        return growth;
    }

    private static string CannotGrow(TableUse table) => NodeReconciler.CanGrow
        ? "it is as large as this machine's memory lets it be"
        : $"before Linux 6.6 that happens at the agent's start only. Raise {table.Key} and start the agent again";

    private Problem Lacks(TableNeed need, string why) => new()
    {
        Severity = Severity.Warning,
        Object = new ObjectName("Node", new NamespacedName("", options.Node.Name)),
        Message = $"The table {need.Table.Name} {need.Why} and cannot grow: {why}.",
        Fix = "Give the node more memory, or spread what is on it over more nodes.",
    };

    private NodeIntent? IntentOf(Node node, RoutingSpec routing, ServicePlan services, NetworkView view)
    {
        var uplinks = UplinkFinder.Find(view.Links, view.Addresses, AddressesOf(node), options.Routing.Devices);
        if (uplinks.IsEmpty)
        {
            return null;
        }
        return new NodeIntent
        {
            NodeName = node.Name,
            Routing = routing,
            Services = services,
            Uplinks = uplinks,
            LocalAddresses = view.LocalAddresses,
            Settings = new NodeSettings
            {
                Masquerade = options.Masquerade.Enabled,
                NonMasquerade = [.. options.Masquerade.NonMasqueradeCidrs],
                SnatPortMin = (ushort)options.Masquerade.PortRange.First,
                SnatPortMax = (ushort)options.Masquerade.PortRange.Last,
                VxlanPort = (ushort)options.Routing.Vxlan.Port,
                Vni = (uint)options.Routing.Vxlan.Vni,
                DirectNodeRoutes = options.Routing.DirectNodeRoutes || IsOverlay,
                Mtu = options.Routing.Mtu > 0 ? options.Routing.Mtu : UplinkFinder.PodMtu(uplinks, IsOverlay, routing.Peers),
            },
        };
    }

    private IPAddress[] AddressesOf(Node node) =>
        [.. new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }
            .Where(f => f == AddressFamily.InterNetwork ? options.Ipv4.Enabled : options.Ipv6.Enabled)
            .Select(node.InternalAddress).OfType<IPAddress>()];

    private string WaitingForDevice(Node node) => options.Routing.Devices.Count > 0
        ? $"none of the devices {string.Join(", ", options.Routing.Devices)} exists (routing.devices)"
        : $"no device holds an InternalIP of Node {node.Name} ({string.Join(", ", AddressesOf(node).Select(a => a.ToString()))}; name it in routing.devices)";

    private ImmutableArray<Problem> ProblemsOf(IEnumerable<Uplink> uplinks, NetworkView view) =>
    [
        .. from uplink in uplinks
           join link in view.Links on uplink.Index equals link.Index
           where !link.IsUp || !link.HasCarrier
           select new Problem
           {
               Severity = Severity.Error,
               Object = new ObjectName("Node", new NamespacedName("", options.Node.Name)),
               Message = $"The uplink {link.Name} {(link.IsUp ? "has no carrier" : "is down")}: nothing reaches other nodes by it.",
               Fix = link.IsUp ? "Look at its cable, or at the other end." : $"ip link set {link.Name} up",
           },
    ];

    private static Problem NodeGone(Node node) => new()
    {
        Severity = Severity.Error,
        Object = ObjectName.Of(node),
        Message = "The Node object is gone; its last known addresses and prefixes stay in use.",
        Fix = "Let the kubelet register the node again, or uninstall Straum from it.",
    };

    private static Problem ProblemOf(DecodeProblem unreadable) => new()
    {
        Severity = Severity.Error,
        Object = new ObjectName(unreadable.Kind, unreadable.Key),
        Field = unreadable.Field,
        Message = $"It cannot be read ({unreadable.Expectation}); its last good version stays in use.",
        Fix = "Correct the field.",
    };

    private static LogLevel LevelOf(Severity severity) => severity switch
    {
        Severity.Error => LogLevel.Error,
        Severity.Warning => LogLevel.Warning,
        _ => LogLevel.Information,
    };

    private void Publish(NodeLoopState state)
    {
        if (state.Waiting is { } waiting && waiting != State.Waiting)
        {
            log.LogWarning("waiting: {Reason}", waiting);
        }
        foreach (var problem in state.Problems.Except(State.Problems))
        {
            log.Log(LevelOf(problem.Severity), "{Problem}", problem.Text);
        }
        Volatile.Write(ref _state, state);
    }
}
