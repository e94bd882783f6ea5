using System.Reflection;
using Straum.Agent.Cni;
using Straum.Agent.Configuration;
using Straum.Agent.LocalApi.Reports;
using Straum.Agent.Metrics;
using Straum.Control.Problems;
using Straum.Datapath.Abi;
using Straum.Datapath.Nodes;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Kubernetes.Informers;
using Straum.Linux.Netlink;

namespace Straum.Agent.Daemon.Reporting;

/// <summary>One page about everything.</summary>
internal sealed class StatusReporter(AgentOptions options, string apiServer, LoadedDatapath datapath, Attachments attachments,
    NodeReconciler reconciler, ProgrammingLatency latency, PodRegistry registry, TimeProvider clock)
{
    private const string PodRole = "pod";
    private const int CommitDigits = 7;

    /// <summary>As 0.1.0+1a2b3c4: the version and the commit it was built from.</summary>
    private static readonly string Version = Shorten(
        typeof(StatusReporter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "");

    public StatusReport Read(NodeLoopState state, IReadOnlyList<InformerStatus> watches, IReadOnlyList<Problem> ownProblems, TimeSpan uptime)
    {
        var intent = state.Intent;
        var links = LinksOfTheNode();
        return new StatusReport(
            options.Node.Name, Version, (long)uptime.TotalSeconds, WaitingFor(state, watches), ApiOf(watches),
            options.Routing.Mode.ToString().ToLowerInvariant(), intent?.Settings.Mtu ?? 0,
            [.. state.Node?.PodCidrs.Select(c => c.ToString()) ?? []],
            [.. intent?.Uplinks[0].NodeAddresses.Select(a => a.ToString()) ?? []],
            DevicesOf(intent, links),
            [.. attachments.Describe().Where(a => a.Role != PodRole).Select(a => new ProgramReport(a.Program, a.Hook, TargetOf(a, links), a.Attached, a.ProgramId))],
            TablesOf(),
            [.. registry.Pools.Select(p => new PoolReport(p.Prefix.ToString(), p.Size, p.Used, p.Quarantined))],
            registry.Pods.Count, datapath.Tables.Services.Count(),
            new ReconcileReport(state.Passes, state.LastPass is { } last ? (clock.GetUtcNow() - last).TotalSeconds : null,
                state.LastPassTook.TotalMilliseconds, state.Failure),
            CountersOf(),
            [.. state.Problems.Concat(ownProblems).Concat(CniRivals.Find(options.Cni.ConfDir).Select(file => CniRivals.ProblemOf(file, options))).Select(ProblemOf)])
        {
            EventToKernel = [.. latency.Read().Select(l => LatencyOf(l.Kind, l.Reading))],
            Drift = reconciler.Drift.Found,
        };
    }

    private static string Shorten(string version)
    {
        var commit = version.IndexOf('+', StringComparison.Ordinal) + 1;
        return commit > 0 && version.Length > commit + CommitDigits ? version[..(commit + CommitDigits)] : version;
    }

    private static string? WaitingFor(NodeLoopState state, IReadOnlyList<InformerStatus> watches)
    {
        if (state.Waiting is not null || state.IsProgrammed)
        {
            return state.Waiting;
        }
        var missing = watches.Where(w => !w.HasSynced).Select(w => w.Kind).ToArray();
        return missing.Length > 0 ? $"the first list of {string.Join(", ", missing)}" : "the first pass";
    }

    private ApiReport ApiOf(IReadOnlyList<InformerStatus> watches)
    {
        var now = clock.GetUtcNow();
        return new ApiReport(apiServer, watches.All(w => w.HasSynced), watches.Select(w => w.LastError).FirstOrDefault(e => e is not null),
        [
            .. watches.Select(w => new WatchReport(w.Kind, w.LastError is null && w.HasSynced, w.Objects, w.ResourceVersion,
                (now - w.LastEventAt)?.TotalSeconds, (now - w.FailingSince)?.TotalSeconds)),
        ]);
    }

    private static Link[] LinksOfTheNode()
    {
        using var netlink = RtNetlink.Open();
        return [.. netlink.Links.List()];
    }

    private static DeviceReport[] DevicesOf(NodeIntent? intent, Link[] links)
    {
        if (intent is null)
        {
            return [];
        }
        var devices = intent.Uplinks.Select(u => (u.Name, Role: "uplink")).Append((OverlayDevice.Name, Role: "overlay"));
        return
        [
            .. from device in devices
               join link in links on device.Name equals link.Name
               select new DeviceReport(device.Name, device.Role, link.Mtu, link.IsUp && link.HasCarrier),
        ];
    }

    // A device by its name, where it still exists.
    private static string TargetOf(AttachmentReport attachment, Link[] links) =>
        int.TryParse(attachment.Target, out var index) && Array.Find(links, l => l.Index == index) is { } link ? link.Name : attachment.Target;

    private List<TableReport> TablesOf() => [.. TableUse.Read(datapath.Tables).Select(t => new TableReport(t.Name, t.Used, t.Capacity, t.Key))];

    private static LatencyReport LatencyOf(string kind, HistogramReading reading) => new(
        kind, reading.Count, reading.Quantile(0.5) * 1000, reading.Quantile(0.99) * 1000, reading.Longest * 1000);

    private Dictionary<string, ulong> CountersOf()
    {
        var sum = default(Counters);
        foreach (var cpu in datapath.Tables.Counters.Read(0))
        {
            sum.ToPod += cpu.ToPod;
            sum.ToNetwork += cpu.ToNetwork;
            sum.ToOverlay += cpu.ToOverlay;
            sum.ToStack += cpu.ToStack;
            sum.Translated += cpu.Translated;
            sum.Masqueraded += cpu.Masqueraded;
            sum.NeighbourReplies += cpu.NeighbourReplies;
            sum.ForRouters += cpu.ForRouters;
            sum.Rejected += cpu.Rejected;
            sum.CtCreated += cpu.CtCreated;
            sum.CtInsertFailed += cpu.CtInsertFailed;
            sum.SocketTranslated += cpu.SocketTranslated;
        }
        return new Dictionary<string, ulong>
        {
            ["to_pod"] = sum.ToPod,
            ["to_network"] = sum.ToNetwork,
            ["to_overlay"] = sum.ToOverlay,
            ["to_stack"] = sum.ToStack,
            ["translated"] = sum.Translated,
            ["masqueraded"] = sum.Masqueraded,
            ["neighbour_replies"] = sum.NeighbourReplies,
            ["for_routers"] = sum.ForRouters,
            ["rejected"] = sum.Rejected,
            ["conntrack_created"] = sum.CtCreated,
            ["conntrack_insert_failed"] = sum.CtInsertFailed,
            ["socket_translated"] = sum.SocketTranslated,
        };
    }

    private static ProblemReport ProblemOf(Problem problem) => new(
        problem.Severity switch { Severity.Error => ProblemReport.Error, Severity.Warning => ProblemReport.Warning, _ => ProblemReport.Notice },
        problem.Object.ToString(), problem.Field.Length > 0 ? $"{problem.Field}: {problem.Message}" : problem.Message, problem.Fix);
}
