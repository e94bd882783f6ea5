using Straum.Lab.Pods.Sandboxes;
using Straum.Lab.Processes;
using Straum.Lab.Supervision;
using Straum.Lab.Topology;
using Straum.Linux;

namespace Straum.Lab;

/// <summary>Somewhere in the lab that a command can run: a network namespace and, for nodes and pods, a cgroup of the node.</summary>
/// <param name="Name">As the user said it.</param>
/// <param name="NetworkNamespace">Name of the namespace.</param>
/// <param name="Cgroup">Relative to the cgroup2 mount; null for the router and the client, which belong to no node.</param>
public sealed record LabPlace(string Name, string NetworkNamespace, string? Cgroup)
{
    /// <exception cref="LabNameException">There is no such place, or more than one.</exception>
    public static LabPlace Find(string name)
    {
        var record = LabCluster.Running();
        if (name is "router" or "client")
        {
            return new LabPlace(name, name is "router" ? LabTopology.RouterNamespace : LabTopology.ClientNamespace, null);
        }
        var topology = new LabTopology(record.Nodes);
        if (topology.Find(name) is { } node)
        {
            return new LabPlace(name, node.Namespace, LabCgroups.Host(node.Name));
        }

        var all = topology.Nodes.SelectMany(n => new SandboxStore(LabPaths.NodePods(n.Name)).ReadAll().Select(r => (Node: n, Pod: r))).ToArray();
        var pods = all.Where(p => p.Pod.PodName == name || QualifiedName(p.Pod) == name).ToArray();
        return pods switch
        {
            [var (on, pod)] => new LabPlace(name, pod.NetworkNamespace ?? on.Namespace, LabCgroups.Container(on.Name, pod.PodUid, "exec")),
            [] => throw new LabNameException(
                $"there is no pod, node or other place named {name}",
                $"nodes are {string.Join(", ", topology.Nodes.Select(n => n.Name))}; others are client and router; straum lab kubectl get pods -A",
                name, [.. topology.Nodes.Select(n => n.Name), "client", "router", .. all.Select(p => p.Pod.PodName), .. all.Select(p => QualifiedName(p.Pod))]),
            _ => throw new LabNameException(
                $"{pods.Length} pods are named {name}", $"write {string.Join(" or ", pods.Select(p => QualifiedName(p.Pod)))}", name, []),
        };
    }

    private static string QualifiedName(SandboxRecord pod) => $"{pod.PodNamespace}/{pod.PodName}";

    /// <summary>Runs a command of the host there, on the caller's terminal. Returns its exit code.</summary>
    public async Task<int> RunAsync(LabPaths paths, IReadOnlyList<string> command, CancellationToken stop)
    {
        var process = LabProcess.Start(NetworkNamespace, new ProcessSpec
        {
            FileName = command[0],
            Arguments = [.. command.Skip(1)],
            Environment = new Dictionary<string, string?> { ["PATH"] = LabProcesses.SearchPath(paths), ["KUBECONFIG"] = LabPaths.NodeKubeconfig },
            ControlGroup = Cgroup is null ? null : ControlGroup.Create(Cgroup),
            KeepTerminal = true,
        });
        // Ctrl-C reaches the command through the terminal by itself; what it makes of it decides, so this program waits on.
        using var stopping = stop.Register(process.Terminate);
        return (await process.Exited).Code ?? 1;
    }
}
