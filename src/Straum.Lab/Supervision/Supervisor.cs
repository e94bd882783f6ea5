using Straum.Kubernetes.Client;
using Straum.Kubernetes.Informers;
using Straum.Lab.Nodes;
using Straum.Lab.Pods.Manifest;
using Straum.Lab.Processes;
using Straum.Lab.Topology;

namespace Straum.Lab.Supervision;

/// <summary>
/// The one process that keeps a lab alive (<c>straum lab run</c>): starts the API server and the agents, starts them again
/// when they die, and is the kubelet of every node. When it is killed, everything goes on without it; the next one adopts
/// what runs.
/// </summary>
public sealed class Supervisor
{
    private readonly LabPaths _paths;
    private readonly LabRecord _record;
    private readonly TextWriter _output;
    private readonly LabTopology _topology;
    private readonly Lock _writing = new();

    private Supervisor(LabPaths paths, LabRecord record, TextWriter output)
    {
        (_paths, _record, _output) = (paths, record, output);
        _topology = new LabTopology(record.Nodes);
    }

    /// <summary>
    /// Supervises the lab of this machine, whose topology is built already, until stopped; everything it started goes on then.
    /// </summary>
    /// <param name="paths">Where the programs are.</param>
    /// <param name="output">The log.</param>
    /// <param name="stop">Ends the supervision.</param>
    /// <exception cref="LabException">There is no lab, or it has a supervisor.</exception>
    public static async Task RunAsync(LabPaths paths, TextWriter output, CancellationToken stop)
    {
        var record = LabCluster.Running();
        if (record.IsSupervised)
        {
            throw new LabException($"the lab has a supervisor, pid {record.SupervisorPid}");
        }
        var self = ProcessIdentity.Self;
        (record with { SupervisorPid = self.Pid, SupervisorStartTicks = self.StartTicks, SupervisorStartedAt = DateTimeOffset.UtcNow }).Write();
        await new Supervisor(paths, record, output).RunAsync(stop);
    }

    /// <summary>
    /// (1) the API server, or the way to another cluster's; (2) the nodes' objects; (3) the agents, which find their Node there; (4) the pods.
    /// </summary>
    private async Task RunAsync(CancellationToken stop)
    {
        Log($"supervising {_record.Spec}");
        // :: Step 1
        var api = _record.Kubeconfig is null
            ? new SupervisedProcess("apiserver", null, LabProcesses.ApiServer(_paths, _record.ApiPort), Log)
            : new SupervisedProcess("apirelay", null, LabProcesses.ApiRelay(_paths), Log);
        var work = new List<Task> { api.RunAsync(stop) };
        using var client = await ConnectAsync(stop);
        NodeFiles.WriteKubeconfig(client.Config, isForeign: _record.Kubeconfig is not null);

        // :: Step 2
        var nodes = _topology.Nodes.Select(n => new LabNode(n, client, _paths, Log)).ToArray();
        await RetryAsync(() => Task.WhenAll(nodes.Select(n => n.Heartbeat.RegisterAsync(stop))), "register nodes", stop);

        // :: Step 3
        foreach (var node in _topology.Nodes)
        {
            NodeFiles.Write(node, _record.Mode, _record.Configuration);
            work.Add(new SupervisedProcess(node.Name, node.Namespace, LabProcesses.Agent(_paths, node), Log).RunAsync(stop));
        }
        work.AddRange(nodes.Select(n => n.Heartbeat.RunAsync(stop)));
        work.AddRange(nodes.Select(n => n.Events.RunAsync(stop)));
        work.AddRange(_topology.Nodes.Select(n => UplinkKeeper.RunAsync(n, LabTopology.RouterOnFabric, Log, stop)));

        // :: Step 4
        work.Add(RunPodsAsync(client, nodes, stop));

        // None of these ends but by the stop or by a fault, and a fault ends the supervisor: a lab that is half looked after helps nobody.
        await await Task.WhenAny(work);
    }

    private async Task RunPodsAsync(KubernetesClient client, LabNode[] nodes, CancellationToken stop)
    {
        var informer = new Informer<PodManifest>(client, PodManifest.Kind, new InformerOptions(), TimeProvider.System, Random.Shared);
        var synced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        informer.Changed += () => synced.TrySetResult();
        var watching = informer.RunAsync(stop);
        await synced.Task.WaitAsync(stop);

        await Task.WhenAll(nodes.Select(n => n.Pods.RecoverAsync([.. informer.Objects], stop)));
        informer.Changed += Sync;
        Sync();
        await watching;

        void Sync()
        {
            foreach (var node in nodes)
            {
                node.Pods.Sync(informer.Objects, stop);
            }
        }
    }

    /// <summary>Waits until the API server has written its credentials and answers.</summary>
    private static async Task<KubernetesClient> ConnectAsync(CancellationToken stop)
    {
        while (true)
        {
            if (await ApiAccess.TryConnectAsync(stop) is { } client)
            {
                return client;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), stop);
        }
    }

    private async Task RetryAsync(Func<Task> action, string what, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await action();
                return;
            }
            catch (KubernetesException e)
            {
                Log($"{what}: {e.Message}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200), stop);
        }
    }

    private void Log(string line)
    {
        lock (_writing)
        {
            _output.WriteLine($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} {line}");
            _output.Flush();
        }
    }
}
