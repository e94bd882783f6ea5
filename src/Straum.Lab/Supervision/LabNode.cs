using Straum.Kubernetes.Client;
using Straum.Kubernetes.Events;
using Straum.Lab.Cni;
using Straum.Lab.Nodes;
using Straum.Lab.Pods;
using Straum.Lab.Pods.Probing;
using Straum.Lab.Pods.Sandboxes;
using Straum.Lab.Topology;

namespace Straum.Lab.Supervision;

/// <summary>The kubelet of one node, put together: its heartbeat and its pods.</summary>
internal sealed class LabNode
{
    public LabNode(NodePlan plan, KubernetesClient client, LabPaths paths, Action<string> log)
    {
        Events = new EventRecorder(client, "straum-lab", plan.Name, TimeProvider.System);
        var plugins = new PluginProcess(plan.Namespace);
        var store = new SandboxStore(LabPaths.NodePods(plan.Name));
        var sandboxes = new SandboxManager(LabPaths.NodeCni(plan.Name), store, new CniRuntime(paths.Programs, plugins.RunAsync));
        Heartbeat = new NodeHeartbeat(plan, client, sandboxes.StatusAsync, log);
        Pods = new PodDispatcher(new NodeEnvironment(
            plan.Name, [plan.Uplink.V4, plan.Uplink.V6], plan.Namespace, LabProcesses.SearchPath(paths),
            sandboxes, store, new Prober(SocketsIn.Namespace(plan.Namespace)), new PodApi(client, Events, log), log));
    }

    public EventRecorder Events { get; }

    public NodeHeartbeat Heartbeat { get; }

    public PodDispatcher Pods { get; }
}
