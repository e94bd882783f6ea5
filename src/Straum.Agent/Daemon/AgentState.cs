using Straum.Agent.Cni;
using Straum.Agent.Configuration;
using Straum.Agent.Daemon.Reporting;
using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;
using Straum.Agent.Metrics;
using Straum.Control.Problems;
using Straum.Datapath.Nodes;
using Straum.Datapath.Programs;
using Straum.Kubernetes.Informers;

namespace Straum.Agent.Daemon;

/// <summary>Reads the reports of the local API out of the parts that know.</summary>
internal sealed class AgentState(AgentOptions options, string apiServer, LoadedDatapath datapath, Attachments attachments,
    NodeReconciler reconciler, ProgrammingLatency latency, NodeLoop loop, PodRegistry registry, IPodDatapath pods, ISnapshotSource source,
    Func<IReadOnlyList<Problem>> ownProblems, TimeProvider clock) : IAgentState
{
    private readonly long _started = clock.GetTimestamp();

    public StatusReport ReadStatus() =>
        new StatusReporter(options, apiServer, datapath, attachments, reconciler, latency, registry, clock).Read(loop.State, source.Status, ownProblems(), clock.GetElapsedTime(_started));

    public ServicesReport ReadServices() => ServiceReporter.ReadServices(options.Node.Name, datapath.Tables, reconciler.Services, Names());

    public EndpointsReport ReadEndpoints() => ServiceReporter.ReadEndpoints(options.Node.Name, datapath.Tables, Names());

    public PodsReport ReadPods() => PodReporter.Read(options.Node.Name, registry, pods, clock);

    public RoutesReport ReadRoutes() => RouteReporter.Read(options.Node.Name, datapath.Tables, loop.State);

    public DropsReport ReadDrops() => DropReporter.Read(options.Node.Name, datapath.Tables);

    /// <summary>What <c>GET /metrics</c> answers.</summary>
    public string ReadMetrics() => MetricsReporter.Write(ReadStatus(), ReadDrops(), latency, source.Status, loop.State.Unplaced.Length);

    private NameBook Names() => new(loop.State.Snapshot, loop.State.Intent?.Services);
}
