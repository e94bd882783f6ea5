using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;
using Straum.Lab.Topology;

namespace Straum.Lab;

/// <summary>The lab's nodes in a cluster whose API server is not the lab's.</summary>
internal static class ForeignNodes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The label of every Node object that a lab registers.</summary>
    public const string Label = "straum.dev/lab";

    /// <summary>A node that has the name of one of ours and is not; null when there is none.</summary>
    public static async Task<string?> FindNamesakeAsync(KubernetesClient client, LabTopology topology, CancellationToken stop)
    {
        var (nodes, _) = await client.ListAllAsync(Kinds.Nodes, Selection.All, stop);
        return nodes.FirstOrDefault(n => topology.Find(n.Name) is not null && n.Labels[Label] is null)?.Name;
    }

    /// <summary>Takes the lab's nodes out of the cluster, whose controllers then remove their pods. Gives up on a server that does not answer.</summary>
    public static async Task RemoveAsync(LabRecord record, CancellationToken stop)
    {
        using var client = await ApiAccess.TryConnectAsync(stop);
        if (client is null)
        {
            return;
        }
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        foreach (var node in new LabTopology(record.Nodes).Nodes)
        {
            try
            {
                if ((await client.FindAsync(Kinds.Nodes, new NamespacedName("", node.Name), patience.Token))?.Labels[Label] is not null)
                {
                    await client.DeleteAsync(Kinds.Nodes, new NamespacedName("", node.Name), patience.Token);
                }
            }
            catch (Exception e) when (e is KubernetesException or OperationCanceledException)
            {
                stop.ThrowIfCancellationRequested();
                return;
            }
        }
    }
}
