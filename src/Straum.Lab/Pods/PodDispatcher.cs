using Straum.Lab.Pods.Manifest;
using Straum.Lab.Pods.Sandboxes;

namespace Straum.Lab.Pods;

/// <summary>
/// One node's pods: gives every pod that is bound to the node a worker, hands news on, and removes what an earlier
/// supervisor left of pods that no longer exist. Driven by the whole list each time, so a missed event cannot be.
/// </summary>
internal sealed class PodDispatcher(NodeEnvironment node)
{
    // By UID: a pod of the same name may already be there while the old one still ends.
    private readonly Dictionary<string, PodWorker> _workers = [];
    private readonly HashSet<string> _ended = [];
    private readonly Lock _lock = new();
    private Dictionary<string, SandboxRecord> _left = [];

    /// <summary>
    /// Before the first <see cref="Sync"/>: reads what was left, removes what belongs to no pod of <paramref name="pods"/>,
    /// and has the network plugin forget every other attachment.
    /// </summary>
    public async Task RecoverAsync(IReadOnlyCollection<PodManifest> pods, CancellationToken stop)
    {
        var uids = pods.Where(p => p.NodeName == node.Name).Select(p => p.Uid).ToHashSet();
        var records = node.Store.ReadAll().ToArray();
        foreach (var orphan in records.Where(r => !uids.Contains(r.PodUid)))
        {
            node.Log($"{orphan.PodNamespace}/{orphan.PodName}: removed while nobody watched; cleaning");
            await node.Sandboxes.DestroyAsync(node.Name, orphan, node.Log, stop);
        }
        _left = records.Where(r => uids.Contains(r.PodUid)).ToDictionary(r => r.PodUid);
        if (records.Length > 0)
        {
            await node.Sandboxes.CollectGarbageAsync(_left.Values, stop);
        }
    }

    /// <summary>Makes the workers match all pods of the cluster.</summary>
    public void Sync(IEnumerable<PodManifest> pods, CancellationToken shutdown)
    {
        lock (_lock)
        {
            var present = new HashSet<string>();
            foreach (var pod in pods.Where(p => p.NodeName == node.Name))
            {
                present.Add(pod.Uid);
                if (_workers.TryGetValue(pod.Uid, out var worker))
                {
                    worker.Update(pod);
                }
                else if (!_ended.Contains(pod.Uid))
                {
                    _left.Remove(pod.Uid, out var earlier);
                    _workers[pod.Uid] = worker = new PodWorker(pod, node, earlier);
                    _ = RunAsync(worker, shutdown);
                }
            }
            foreach (var (uid, worker) in _workers)
            {
                if (!present.Contains(uid))
                {
                    worker.Forget();
                }
            }
            _ended.IntersectWith(present);
        }
    }

    private async Task RunAsync(PodWorker worker, CancellationToken shutdown)
    {
        // Away from the caller, who holds the lock and has other pods to look after.
        await Task.Yield();
        try
        {
            await worker.RunAsync(shutdown);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e)
        {
            // A bug, and one pod's: the others go on.
            node.Log($"{worker.Pod}: worker failed: {e}");
        }
        lock (_lock)
        {
            _workers.Remove(worker.Pod.Uid);
            _ended.Add(worker.Pod.Uid);
        }
        worker.Dispose();
    }
}
