using System.Diagnostics;
using System.Net.Sockets;
using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;
using Straum.Lab.Echo;
using Straum.Lab.Pods.Sandboxes;
using Straum.Lab.Processes;
using Straum.Lab.Supervision;
using Straum.Lab.Topology;
using Straum.Linux;

namespace Straum.Lab.Check;

/// <summary>
/// Finds out what reaches what in a running lab. The sample application answers in the pods; on the nodes and outside,
/// this program does while the check runs.
/// </summary>
/// <param name="paths">Where the programs are.</param>
/// <param name="record">The running lab.</param>
/// <param name="client">Its API server.</param>
public sealed class ReachabilityCheck(LabPaths paths, LabRecord record, KubernetesClient client)
{
    private const string SampleLabel = "app.kubernetes.io/part-of";
    private const string Sample = "straum-sample";
    private const string ServiceName = "echo";

    private readonly LabTopology _topology = new(record.Nodes);

    /// <summary>
    /// (1) what is there; (2) responders; (3) the questions; (4) those that sockets of this program can ask; (5) those that
    /// need a process in the node's cgroup; (6) the matrix.
    /// </summary>
    /// <param name="progress">Told of every answer, from several tasks; null for nobody.</param>
    /// <param name="stop">Ends the check without a report. After <see cref="CheckLimits.Total"/> it ends by itself, with one.</param>
    /// <exception cref="KubernetesException">The API server does not answer.</exception>
    public async Task<CheckReport> RunAsync(IProgress<CheckProgress>? progress, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        // :: Step 1
        var (nodes, _) = await client.ListAllAsync(Kinds.Nodes, Selection.All, stop);
        var (pods, _) = await client.ListAllAsync(Kinds.Pods, Selection.All, stop);
        var service = await client.FindAsync(Kinds.Services, new NamespacedName("default", ServiceName), stop);

        // :: Step 2
        var responders = _topology.Nodes.ToDictionary(n => n.Name, n => Responder.Start(n.Name, n.Namespace));
        var outside = Responder.Start("client", LabTopology.ClientNamespace);
        try
        {
            // :: Step 3
            var problems = new List<string>();
            var targets = new CheckTargets(
                PlacesOf(pods, problems),
                [.. _topology.Nodes.Select(n => new Vantage(n.Name, n.Name, n.Namespace, LabCgroups.Host(n.Name), [n.Uplink.V4, n.Uplink.V6], IsPod: false))],
                responders.ToDictionary(r => r.Key, r => r.Value.Ports),
                ServiceOf(service, pods, problems),
                new OutsideTarget(LabTopology.Client.V4, LabTopology.Client.V6, outside.Ports));
            var matrix = new CheckMatrix(CheckPlan.Make(targets));

            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
            deadline.CancelAfter(CheckLimits.Total);
            var limit = new ParallelOptions { MaxDegreeOfParallelism = CheckLimits.PlacesAtOnce, CancellationToken = deadline.Token };
            try
            {
                // :: Step 4
                var interview = new SocketInterview();
                await Parallel.ForEachAsync(
                    matrix.Questions.Where(q => !q.InCgroup).GroupBy(q => q.From), limit, (place, t) => AskBySocketAsync(interview, place, Add, matrix.Wants, t));
                // :: Step 5
                await Parallel.ForEachAsync(
                    matrix.Questions.Where(q => q.InCgroup).GroupBy(q => q.From), limit, (place, t) => new(ProcessInterview.AskAsync(paths.Straum, [.. place], Add, t)));
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                var far = matrix.Progress;
                problems.Add($"the check was ended after {CheckLimits.Total.TotalSeconds:0} s, with {far.Asked} of {far.Total} questions asked");
            }

            // :: Step 6
            // Who was not asked by everybody may be one who never answered.
            if (!deadline.IsCancellationRequested)
            {
                matrix.JudgeBackends(targets.Service);
            }
            return new CheckReport(
                record.Mode.ToString().ToLowerInvariant(),
                [.. nodes.OrderBy(n => n.Name).Select(Describe)],
                [.. pods.OrderBy(p => p.Namespace).ThenBy(p => p.Name).Select(Describe)],
                matrix.Cells(), problems, Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 2));

            void Add(Question question, ProbeReport report)
            {
                matrix.Add(question, report);
                progress?.Report(matrix.Progress);
            }
        }
        finally
        {
            await outside.DisposeAsync();
            foreach (var responder in responders.Values)
            {
                await responder.DisposeAsync();
            }
        }
    }

    private static async ValueTask AskBySocketAsync(
        SocketInterview interview, IEnumerable<Question> questions, Action<Question, ProbeReport> answered, Func<Question, bool> wanted, CancellationToken stop)
    {
        foreach (var question in questions)
        {
            if (wanted(question))
            {
                answered(question, await interview.AskAsync(question, stop));
            }
        }
    }

    private List<Vantage> PlacesOf(IEnumerable<Pod> pods, List<string> problems)
    {
        var sample = pods.Where(p => p.Labels[SampleLabel] == Sample && !p.Terminating).OrderBy(p => p.Name).ToArray();
        if (sample.Length == 0)
        {
            problems.Add($"no pod has the label {SampleLabel}={Sample}: kubectl apply -f deploy/lab/sample.yaml");
        }
        problems.AddRange(sample.Where(p => !p.Ready).Select(p => $"pod {p.Key} is not ready"));
        var records = _topology.Nodes.SelectMany(n => new SandboxStore(LabPaths.NodePods(n.Name)).ReadAll()).ToDictionary(r => r.PodUid);
        var places = new List<Vantage>();
        foreach (var pod in sample.Where(p => p.Ready))
        {
            if (places.Count(p => p.Node == pod.NodeName) < CheckLimits.PodsPerNode
                && records.GetValueOrDefault(pod.Uid)?.NetworkNamespace is { } name && NetworkNamespace.Exists(name))
            {
                places.Add(new Vantage(pod.Name, pod.NodeName, name, LabCgroups.Container(pod.NodeName, pod.Uid, "check"), [.. pod.PodIPs], IsPod: true));
            }
        }
        return places;
    }

    private ServiceTarget? ServiceOf(Service? service, IEnumerable<Pod> pods, List<string> problems)
    {
        if (service is null)
        {
            problems.Add($"Service default/{ServiceName} is not there: kubectl apply -f deploy/lab/sample.yaml");
            return null;
        }
        return new ServiceTarget(
            ServiceName, [.. service.ClusterIPs.Where(a => AgentSettings.Serves(record.Configuration, a.AddressFamily))],
            [.. pods.Where(p => p.Labels["app"] == ServiceName && p.Namespace == service.Namespace && p.Ready && !p.Terminating).Select(p => p.Name)]);
    }

    private static CheckedNode Describe(Node node) => new(
        node.Name, node.Ready, [.. node.Addresses.Select(a => a.Address.ToString())], [.. node.PodCidrs.Select(c => c.ToString())]);

    private static CheckedPod Describe(Pod pod) => new(
        pod.Namespace, pod.Name, pod.NodeName, pod.Ready, pod.Phase.ToString(), [.. pod.PodIPs.Select(a => a.ToString())]);
}
