using Straum.Kubernetes.Client;
using Straum.Kubernetes.Informers;

namespace Straum.Agent.Daemon;

/// <summary>
/// What every agent lists and watches. One more kind here is one more rule in <c>deploy/kubernetes/clusterrole.yaml</c> and in the
/// chart; a test compares them.
/// </summary>
public static class AgentWatches
{
    public static SnapshotWatches All { get; } = new()
    {
        Nodes = new InformerOptions(),
        Services = new InformerOptions(),
        // As kube-proxy: headless Services and those of another proxy need no tables.
        EndpointSlices = new InformerOptions
        {
            Selection = new Selection { LabelSelector = "!service.kubernetes.io/headless,!service.kubernetes.io/service-proxy-name" },
        },
    };
}
