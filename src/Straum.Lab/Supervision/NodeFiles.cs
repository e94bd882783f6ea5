using Straum.Kubernetes.Client;
using Straum.Lab.Processes;
using Straum.Lab.Topology;
using Straum.Linux;

namespace Straum.Lab.Supervision;

/// <summary>The files that an agent starts from.</summary>
internal static class NodeFiles
{
    /// <summary>The agent's <c>straum.yaml</c>, and the directories it names.</summary>
    /// <param name="node">Whose.</param>
    /// <param name="mode">Of the lab.</param>
    /// <param name="configuration"><inheritdoc cref="LabSpec.Configuration"/></param>
    public static void Write(NodePlan node, LabMode mode, string? configuration)
    {
        foreach (var directory in new[] { LabPaths.NodeState(node.Name), LabPaths.NodeRun(node.Name), LabPaths.NodeCni(node.Name) })
        {
            Directory.CreateDirectory(directory);
        }
        File.WriteAllText(LabPaths.NodeConfig(node.Name), AgentSettings.Combine(configuration, new Dictionary<string, string>
        {
            ["node.name"] = node.Name,
            ["kubernetes.kubeconfig"] = LabPaths.NodeKubeconfig,
            ["routing.mode"] = mode is LabMode.Vxlan ? "vxlan" : "native",
            ["socketLB.cgroup"] = ControlGroup.Create(LabCgroups.Node(node.Name)).Path,
            ["paths.state"] = LabPaths.NodeState(node.Name),
            ["paths.run"] = LabPaths.NodeRun(node.Name),
            ["paths.bpf"] = LabPaths.NodeBpf(node.Name),
            ["cni.confDir"] = LabPaths.NodeCni(node.Name),
        }));
    }

    /// <summary>The API server's kubeconfig with the address that the nodes reach it at.</summary>
    /// <param name="config">What it resolves to.</param>
    /// <param name="isForeign">Another cluster's: its certificate does not carry that address, but the one in the file.</param>
    public static void WriteKubeconfig(ClusterConfig config, bool isForeign)
    {
        var name = isForeign && config.TlsServerName is null ? config.Server.DnsSafeHost : null;
        var lines = File.ReadAllLines(LabPaths.Kubeconfig).SelectMany(line =>
        {
            var server = line.IndexOf(" server:", StringComparison.Ordinal) + 1;
            string[] lines = server < 1 ? [line] : [$"{line[..server]}server: https://{LabTopology.ApiOnFabric}"];
            return server < 1 || name is null ? lines : [.. lines, $"{new string(' ', server)}tls-server-name: {name}"];
        });
        StateFile.WriteSecret(LabPaths.NodeKubeconfig, string.Join('\n', lines) + '\n');
    }
}
