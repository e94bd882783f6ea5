using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Straum.Agent.Cni;
using Straum.Agent.Configuration;
using Straum.Agent.Daemon.Conditions;
using Straum.Agent.Install;
using Straum.Agent.LocalApi;
using Straum.Agent.Metrics;
using Straum.Control.Problems;
using Straum.Datapath.Nodes;
using Straum.Datapath.Pods;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Informers;
using Straum.Kubernetes.Objects;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Agent.Daemon;

/// <summary>
/// The agent of one node: the only place that knows all parts. Ending it, in whatever way, changes nothing for
/// traffic; the next one takes over what is pinned.
/// </summary>
public static class AgentDaemon
{
    // The shortest life of a flow is twenty seconds.
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="LinuxException">The kernel lacks something or refuses it.</exception>
    /// <exception cref="ClusterConfigException">The way to the API server is not configured right.</exception>
    /// <exception cref="IOException">Another agent runs in the same run directory, or a directory cannot be written.</exception>
    public static async Task RunAsync(AgentOptions options, ILoggerFactory logs, CancellationToken ct)
    {
        var clock = TimeProvider.System;
        var log = logs.CreateLogger("agent");

        // What is configured wrong is said before anything is touched.
        using var origin = ObjectOrigin.Open(options.Kubernetes, clock);

        // :: Step 1: one agent per node, and the kernel as it must be.
        Directory.CreateDirectory(options.Paths.State);
        Directory.CreateDirectory(options.Paths.Run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var only = AgentLock.Take(options.Paths.Run);
        HostMounts.Ensure(Environment.GetEnvironmentVariable);
        HostSettings.Apply(options, SettingsRecord.In(options.Paths.State));

        // :: Step 2: programs and tables; what a former agent left goes on working while this one gets ready.
        using var datapath = DatapathLoader.Load(LoaderOptionsOf(options) with { Warn = what => log.LogWarning("{What}", what) });
        if (datapath.IsTakeOverPending)
        {
            log.LogWarning("the former build's tables {Tables} cannot be converted: its programs go on until these are filled from the API",
                string.Join(", ", datapath.MissingTables));
        }
        using var netlink = RtNetlink.Open();
        using var attachments = new Attachments(datapath, netlink);

        // :: Step 3: the pods that are here.
        var settings = PodSettings.Try(options.Pods.Settings);
        foreach (var (setting, why) in settings.Refused)
        {
            log.LogWarning("pods do not get {Setting}: {Why}", setting, why);
        }
        using var wiring = new PodWiring(settings);
        using var registry = PodRegistry.Open(options.Paths.State, new PodRegistryOptions
        {
            Node = new ObjectName("Node", new NamespacedName("", options.Node.Name)),
            Quarantine = options.Ipam.Quarantine,
        }, clock);
        var reconciler = new NodeReconciler(datapath, attachments, netlink, clock);
        var latency = new ProgrammingLatency(clock);
        var loop = new NodeLoop(options, reconciler, netlink,
            node => registry.SetPodCidrs(PrefixesFor(options, node), wiring.HasIpv6 && options.Ipv6.Enabled), latency, clock, logs.CreateLogger("node"));
        var journal = Path.Combine(options.Paths.State, "cni", "pending");
        var table = new PodTable(datapath, attachments);
        var pods = new PodDatapath(table, () => CniChain.IsFollowed(options.Cni.ConfDir), logs.CreateLogger("pods"));
        var pending = new PendingDeletes(journal);
        using var podAttachments = new PodAttachments(registry, wiring, pods, pending,
            () => loop.State.Intent!.Settings.Mtu, clock, logs.CreateLogger<PodAttachments>());
        var podReconciler = new PodReconciler(registry, podAttachments, wiring, pods, pending, clock, logs.CreateLogger<PodReconciler>(), reconciler.Drift);
        var settling = new PodSettling(() => podAttachments.IdleFor, () => table.IsAnyProvisional, () => podAttachments.RunAsync(table.SettleNext), clock, logs.CreateLogger("pods"));
        await podReconciler.RecoverAsync();

        // :: Step 4: Services at the socket. Their table is whatever was pinned until the first pass.
        if (options.SocketLB.Enabled)
        {
            attachments.AttachSockets(options.SocketLB.Cgroup.Length > 0 ? ControlGroup.Open(options.SocketLB.Cgroup) : ControlGroup.Root);
        }

        // :: Step 5: answer CNI and the CLI, also while there is no API server.
        origin.Source.ObjectsChanged += latency.Arrived;
        var cni = new CniServer(registry, podAttachments, () => Readiness(loop.State, registry), logs.CreateLogger<CniServer>());
        MetricsServer? metrics = null;
        var state = new AgentState(options, origin.Name, datapath, attachments, reconciler, latency, loop, registry, pods, origin.Source,
            () => metrics?.Problem is { } problem ? [problem] : [], clock);
        metrics = new MetricsServer(options.Metrics.Listen, options.Node.Name, state.ReadMetrics, clock, logs.CreateLogger("metrics"));
        await using var api = await LocalApiServer.StartAsync(Path.Combine(options.Paths.Run, "agent.sock"), state, routes =>
        {
            routes.MapCni(cni);
            routes.MapMetrics(() => Task.FromResult(state.ReadMetrics()));
        }, ct);

        // :: Step 6: follow the objects.
        var events = new ObjectEvents(origin.Client, options.Node.Name, clock, logs.CreateLogger("events"));
        loop.Passed += events.Passed;
        var conditions = new ServiceConditions(origin.Client, options.Node.Name, clock, Random.Shared, logs.CreateLogger("conditions"));
        loop.Passed += conditions.Passed;
        var first = true;
        loop.Passed += passed =>
        {
            if (!first)
            {
                return;
            }
            attachments.RemoveStale();
            podReconciler.AnythingChanged();
            CniConfigFile.Write(options.Cni.ConfDir, options.Cni.Network, Path.Combine(options.Paths.Run, "agent.sock"), journal);
            foreach (var rival in CniRivals.Find(options.Cni.ConfDir))
            {
                log.LogWarning("{Problem}", CniRivals.ProblemOf(rival, options).Text);
            }
            first = false; // only now: a step that failed is run again with the next pass
            log.LogInformation("ready: {Mode}, MTU {Mtu}, device {Device}",
                options.Routing.Mode.ToString().ToLowerInvariant(), passed.Intent!.Settings.Mtu, passed.Intent.Uplinks[0].Name);
        };
        await RunAllAsync(ct,
            origin.Source.RunAsync,
            token => FollowAsync(origin.Source, loop, token),
            new NetworkWatch(loop.NetworkChanged, podReconciler.HostChanged, podReconciler.AnythingChanged).RunAsync,
            loop.RunAsync,
            events.RunAsync,
            conditions.RunAsync,
            metrics.RunAsync,
            podReconciler.RunAsync,
            settling.RunAsync,
            token => SweepAsync(datapath, loop, clock, token));
    }

    // The first that fails ends the others: a part that is silently dead is worse than a restart.
    private static async Task RunAllAsync(CancellationToken ct, params Func<CancellationToken, Task>[] parts)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = parts.Select(part => Task.Run(() => part(stop.Token), CancellationToken.None)).ToArray();
        var ended = await Task.WhenAny(running);
        await stop.CancelAsync();
        try
        {
            await Task.WhenAll(running);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException)
        {
            await ended; // throws what made it end
        }
    }

    private static async Task FollowAsync(ISnapshotSource source, NodeLoop loop, CancellationToken ct)
    {
        for (var lists = 0L; ;)
        {
            loop.SnapshotChanged(await source.NextAsync(ct));
            // A list that was read anew may have told of what a watch did not: nothing is taken for granted then.
            var now = source.Status.Sum(w => w.Lists);
            if (now != lists)
            {
                loop.AuditNext();
            }
            lists = now;
        }
    }

    private static async Task SweepAsync(LoadedDatapath datapath, NodeLoop loop, TimeProvider clock, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(SweepInterval, clock);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var swept = datapath.Use(() => datapath.Sweeper.Sweep());
            if (swept.Examined - swept.Deleted >= datapath.Tables.Conntrack.Capacity * TableUse.NearlyFull)
            {
                loop.AuditNext(); // flows fill their table faster than anyone looks at it
            }
        }
    }

    private static NodeReadiness Readiness(NodeLoopState state, PodRegistry registry)
    {
        if (!state.IsProgrammed)
        {
            return NodeReadiness.NotReady(state.Waiting ?? state.Failure ?? "the API server has not been read yet");
        }
        return registry.HasPools ? NodeReadiness.Ready : NodeReadiness.NotReady($"Node {state.Node!.Name} has no spec.podCIDRs yet");
    }

    private static IEnumerable<IPNetwork> PrefixesFor(AgentOptions options, Node node) =>
        node.PodCidrs.Where(c => options.Ipv4.Enabled || c.BaseAddress.AddressFamily != AddressFamily.InterNetwork);

    private static LoaderOptions LoaderOptionsOf(AgentOptions options) => new()
    {
        ObjectDirectory = options.Paths.Objects,
        PinDirectory = options.Paths.Bpf,
        Sizes = new TableSizes
        {
            Services = (uint)options.Tables.Services,
            Backends = (uint)options.Tables.Backends,
            Slots = (uint)options.Tables.Slots,
            Pods = (uint)options.Tables.Pods,
            Peers = (uint)options.Tables.Peers,
            Conntrack = (uint)options.Tables.Conntrack,
        },
    };
}
