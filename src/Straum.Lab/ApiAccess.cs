using Straum.Kubernetes;
using Straum.Kubernetes.Client;

namespace Straum.Lab;

/// <summary>The lab's API server, seen from the host.</summary>
public static class ApiAccess
{
    /// <summary>A client for an API server that answers right now; null when it has written no credentials yet or does not answer.</summary>
    public static async Task<KubernetesClient?> TryConnectAsync(CancellationToken stop)
    {
        if (!File.Exists(LabPaths.Kubeconfig))
        {
            return null;
        }
        KubernetesClient? client = null;
        try
        {
            client = new KubernetesClient(KubeConfigFile.Load(LabPaths.Kubeconfig)) { RequestTimeout = TimeSpan.FromSeconds(5) };
            await client.ListAllAsync(Kinds.Namespaces, Selection.All, stop);
            return client;
        }
        catch (Exception e) when (e is KubernetesException or ClusterConfigException or IOException)
        {
            client?.Dispose();
            return null;
        }
    }
}
