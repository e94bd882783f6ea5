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
using Straum.Datapath.Nodes;
using Straum.Datapath.Tables;
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
    private static readonly TimeSpan Housekeeping = TimeSpan.FromSeconds(1);

    // One slot: while a pass runs, any number of changes become one.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ServiceCompiler _services = new();
    private readonly RoutingCompiler _routing = new();
    private Snapshot _snapshot = Snapshot.Empty;
    private ImmutableArray<Problem> _tableProblems = [];
    private NodeLoopState _state = new();
    private long _audited = clock.GetTimestamp();
    private bool _auditNow;
    private bool _stale = true;

    /// <summary>As of the last pass. Safe to read from any thread.</summary>
    public NodeLoopState State => Volatile.Read(ref _state);

    /// <summary>After every pass that succeeded, on the loop's own thread of control.</summary>
    public event Action<NodeLoopState>? Passed;

    public void SnapshotChanged(Snapshot snapshot)
    {
        Volatile.Write(ref _snapshot, snapshot);
        Wake();
    }

    public void NetworkChanged() => Wake();

    /// <summary>Everything was listed anew, or a table may be filling up: compares the kernel with the next pass and not only when it is time.</summary>
    public void AuditNext()
    {
        Volatile.Write(ref _auditNow, true);
        Wake();
    }

    public async Task RunAsync(CancellationToken ct)
    {
        using var housekeeping = new Timer(_ => _wake.Writer.TryWrite(true), null, Housekeeping, Housekeeping);
        using var retry = new Timer(_ => Wake(), null, Timeout.Infinite, Timeout.Infinite);
        var pause = FirstPause;
        await foreach (var _ in _wake.Reader.ReadAllAsync(ct))
        {
            reconciler.Services.RetireRested();
            if (!Interlocked.Exchange(ref _stale, false))
            {
                continue;
            }
            var taken = latency.Take();
            try
            {
                var complete = Pass(Volatile.Read(ref _snapshot), taken);
                pause = FirstPause;
                retry.Change(complete ? Audit : LongestPause, Timeout.InfiniteTimeSpan);
            }
            catch (Exception e) when (e is LinuxException or IOException)
            {
                latency.Return(taken);
                log.LogError("pass failed, next in {Pause} s: {Message}", pause.TotalSeconds, e.Message);
                Publish(State with { Failure = e.Message });
                retry.Change(pause, Timeout.InfiniteTimeSpan);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private void Wake()
    {
        Volatile.Write(ref _stale, true);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>False when a table had no room for all: some may become free without an event.</summary>
    private bool Pass(Snapshot snapshot, IReadOnlyCollection<KeyValuePair<string, long>> taken)
    {
        // Until every watch has synced, absence means nothing, and what the kernel has is better than what we know.
        if (!snapshot.AllSynced)
        {
            latency.Return(taken);
            return true;
        }
        var started = clock.GetTimestamp();
        // A Node object that was deleted under us still has its pods: go on with what it last said.
        var found = snapshot.Nodes.Find("", options.Node.Name);
        if ((found ?? State.Node) is not { } node)
        {
            latency.Return(taken);
            Publish(State with { Waiting = $"Node {options.Node.Name} does not exist yet (is node.name right?)" });
            return true;
        }
        var view = NetworkView.Read(netlink);
        var intent = IntentOf(snapshot, node, view, out var problems, out var waiting);
        if (intent is null)
        {
            latency.Return(taken);
            Publish(State with { Waiting = waiting, Problems = problems });
            return true;
        }
        var audits = Interlocked.Exchange(ref _auditNow, false) || clock.GetElapsedTime(_audited) >= Audit;
        if (audits)
        {
            reconciler.Audit();
            _audited = clock.GetTimestamp();
        }
        var pass = reconciler.Reconcile(intent);
        if (pass.Unplaced.IsEmpty)
        {
            latency.Programmed(taken);
        }
        else
        {
            latency.Return(taken);
        }
        if (audits || !pass.Unplaced.IsEmpty)
        {
            GrowTables();
        }
        var took = clock.GetElapsedTime(started);
        var state = new NodeLoopState
        {
            Revision = snapshot.Revision,
            Snapshot = snapshot,
            Node = node,
            Intent = intent,
            Problems = [.. found is null ? [NodeGone(node)] : Array.Empty<Problem>(), .. snapshot.Problems.Select(ProblemOf), .. problems, .. pass.Problems, .. _tableProblems, .. takePrefixes(node)],
            Unplaced = pass.Unplaced,
            LastPass = clock.GetUtcNow(),
            LastPassTook = took,
            Passes = State.Passes + 1,
        };
        Publish(state);
        if (pass.ChangedAnything)
        {
            log.LogInformation("programmed {Services} Service frontends, {Peers} prefixes, {Routes} routes in {Milliseconds} ms",
                pass.Services, pass.Peers, pass.Routes, (int)took.TotalMilliseconds);
        }
        Passed?.Invoke(state);
        return pass.Unplaced.IsEmpty;
    }

    // A table that has grown is filled by the next pass, with what found no room in this one.
    private void GrowTables()
    {
        IReadOnlyList<TableUse> grown = [];
        try
        {
            _tableProblems = [.. reconciler.Grow(out grown).Select(table => NearlyFull(table, CannotGrow(table)))];
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            _tableProblems = [.. grown.Select(table => NearlyFull(table, e.Message))];
            return;
        }
        foreach (var table in grown)
        {
            log.LogWarning("table {Table} had {Used} of {Capacity} entries and was given twice the room; {Key} makes it so from the beginning",
                table.Name, table.Used, table.Capacity, table.Key);
        }
        if (grown.Count > 0)
        {
            Wake();
        }
    }

    private static string CannotGrow(TableUse table) => NodeReconciler.CanGrow
        ? "it is as large as this machine's memory lets it be"
        : $"before Linux 6.6 that happens at the agent's start only. Raise {table.Key} and start the agent again";

    private Problem NearlyFull(TableUse table, string why) => new()
    {
        Severity = Severity.Warning,
        Object = new ObjectName("Node", new NamespacedName("", options.Node.Name)),
        Message = $"The table {table.Name} has {table.Used} of {table.Capacity} entries and cannot grow: {why}.",
        Fix = "Give the node more memory, or spread what is on it over more nodes.",
    };

    private NodeIntent? IntentOf(Snapshot snapshot, Node node, NetworkView view, out ImmutableArray<Problem> problems, out string? waiting)
    {
        var addresses = new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }
            .Where(f => f == AddressFamily.InterNetwork ? options.Ipv4.Enabled : options.Ipv6.Enabled)
            .Select(node.InternalAddress).OfType<IPAddress>().ToArray();
        var uplinks = UplinkFinder.Find(view.Links, view.Addresses, addresses, options.Routing.Devices);
        problems = [];
        waiting = null;
        if (uplinks.IsEmpty)
        {
            waiting = options.Routing.Devices.Count > 0
                ? $"none of the devices {string.Join(", ", options.Routing.Devices)} exists (routing.devices)"
                : $"no device holds an InternalIP of Node {node.Name} ({string.Join(", ", addresses.Select(a => a.ToString()))}; name it in routing.devices)";
            return null;
        }

        var overlay = options.Routing.Mode == ConfiguredMode.Vxlan;
        var facts = NodeFacts.Of(node);
        var routing = _routing.Compile(snapshot, facts, overlay ? RoutingMode.Vxlan : RoutingMode.Native);
        var services = _services.Compile(snapshot, facts);
        problems = [.. routing.Problems, .. services.Problems];
        return new NodeIntent
        {
            NodeName = node.Name,
            Routing = routing.Spec,
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
                DirectNodeRoutes = options.Routing.DirectNodeRoutes || overlay,
                Mtu = options.Routing.Mtu > 0 ? options.Routing.Mtu : UplinkFinder.PodMtu(uplinks, overlay, routing.Spec.Peers),
            },
        };
    }

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
