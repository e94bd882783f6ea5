using Straum.Agent.Configuration;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Informers;
using Straum.Kubernetes.Manifests;

namespace Straum.Agent.Daemon;

/// <summary>Where this agent's objects come from: an API server, or a directory of manifests on a host that has none.</summary>
internal sealed class ObjectOrigin : IDisposable
{
    private readonly KubernetesClient? _client;

    private ObjectOrigin(string name, ISnapshotSource source, KubernetesClient? client) => (Name, Source, _client) = (name, source, client);

    /// <summary>For people: https://172.30.0.1:6443, or the directory.</summary>
    public string Name { get; }

    public ISnapshotSource Source { get; }

    /// <summary>Null where there is no API server.</summary>
    public KubernetesClient? Client => _client;

    /// <summary>Nothing is asked or read yet.</summary>
    /// <exception cref="ClusterConfigException">The way to the API server is not configured right.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static ObjectOrigin Open(KubernetesOptions options, TimeProvider clock)
    {
        if (options.Manifests.Length > 0)
        {
            return new ObjectOrigin(options.Manifests, new ManifestSource(options.Manifests, clock), null);
        }
        var client = new KubernetesClient(ClusterOf(options));
        return new ObjectOrigin(client.Config.Server.ToString().TrimEnd('/'), new SnapshotSource(client, AgentWatches.All, clock, Random.Shared), client);
    }

    public void Dispose() => _client?.Dispose();

    private static ClusterConfig ClusterOf(KubernetesOptions options)
    {
        if (options.Kubeconfig.Length == 0 && !InClusterConfig.IsPresent(Environment.GetEnvironmentVariable))
        {
            throw new ClusterConfigException("kubernetes.kubeconfig",
                "it is empty, and this process is no pod with a service account; name a kubeconfig in straum.yaml, "
                + "as in kubernetes: {kubeconfig: /etc/kubernetes/straum.conf}, or a directory of manifests as kubernetes.manifests");
        }
        var config = options.Kubeconfig.Length > 0
            ? KubeConfigFile.Load(options.Kubeconfig)
            : InClusterConfig.Load(Environment.GetEnvironmentVariable);
        return options.ServiceHost.Length > 0
            ? config.At(options.ServiceHost, options.ServicePort > 0 ? options.ServicePort : config.Server.Port)
            : config;
    }
}
