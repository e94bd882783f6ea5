using Straum.Lab.Processes;
using Straum.Lab.Topology;
using Straum.Linux;

namespace Straum.Lab.Supervision;

/// <summary>The files that an agent starts from.</summary>
internal static class NodeFiles
{
    /// <summary>The agent's <c>straum.yaml</c>, and the directories it names.</summary>
    public static void Write(NodePlan node, LabMode mode)
    {
        foreach (var directory in new[] { LabPaths.NodeState(node.Name), LabPaths.NodeRun(node.Name), LabPaths.NodeCni(node.Name) })
        {
            Directory.CreateDirectory(directory);
        }
        File.WriteAllText(LabPaths.NodeConfig(node.Name), $"""
            node:
              name: {node.Name}
            kubernetes:
              kubeconfig: {LabPaths.NodeKubeconfig}
            routing:
              mode: {(mode is LabMode.Vxlan ? "vxlan" : "native")}
            socketLB:
              cgroup: {ControlGroup.Create(LabCgroups.Node(node.Name)).Path}
            paths:
              state: {LabPaths.NodeState(node.Name)}
              run: {LabPaths.NodeRun(node.Name)}
              bpf: {LabPaths.NodeBpf(node.Name)}
            cni:
              confDir: {LabPaths.NodeCni(node.Name)}

            """);
    }

    /// <summary>The API server's kubeconfig with the address that the nodes reach it at.</summary>
    public static void WriteKubeconfig()
    {
        var lines = File.ReadAllLines(LabPaths.Kubeconfig).Select(line =>
        {
            var server = line.IndexOf("server:", StringComparison.Ordinal);
            return server < 0 ? line : $"{line[..server]}server: https://{LabTopology.ApiOnFabric}";
        });
        File.WriteAllLines(LabPaths.NodeKubeconfig, lines);
        File.SetUnixFileMode(LabPaths.NodeKubeconfig, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
