using Straum.Agent.Configuration;
using Straum.Cli.Terminal;

namespace Straum.Cli.Agents;

/// <summary>Finds the sockets of the agents to ask: of this node, or of every node of the lab that runs on this machine.</summary>
/// <param name="LabNodes">The lab's folder of nodes.</param>
/// <param name="Own">The socket of this node's agent.</param>
internal sealed record AgentSockets(string LabNodes, string Own)
{
    /// <summary>Where the lab and an agent with the default configuration put them.</summary>
    public static AgentSockets Default { get; } = new("/run/straum/lab/nodes", Path.Combine(new PathOptions().Run, "agent.sock"));

    /// <summary>The names of the lab's nodes, in order; empty where no lab runs.</summary>
    public IReadOnlyList<string> Nodes =>
        Directory.Exists(LabNodes) ? [.. Directory.GetDirectories(LabNodes).Select(static p => Path.GetFileName(p)).Order(StringComparer.Ordinal)] : [];

    /// <summary>
    /// What to ask, by the name to call it in messages. Throws <see cref="CommandFault"/> when <paramref name="node"/> is no
    /// node of the lab.
    /// </summary>
    /// <param name="node">--node; null for all of the lab, or this node's where there is no lab.</param>
    /// <param name="paths">--socket; they win over everything, but a node that is named must be there.</param>
    public IReadOnlyList<(string Name, string Path)> Find(string? node, IReadOnlyList<string> paths)
    {
        var nodes = Nodes;
        if (node is not null && !nodes.Contains(node))
        {
            throw nodes.Count == 0
                ? new CommandFault($"find node {node}", "no lab runs on this machine", "straum lab up", ExitCode.Usage)
                : new CommandFault(
                    $"find node {node}", "the lab has no such node",
                    NearestName.Find(node, nodes) is { } nearest ? $"did you mean {nearest}?" : $"its nodes are {string.Join(", ", nodes)}", ExitCode.Usage);
        }
        return paths.Count > 0 ? [.. paths.Select(static p => (p, p))]
            : nodes.Count == 0 ? [("this node", Own)]
            : [.. nodes.Where(n => node is null || n == node).Select(n => (n, Path.Combine(LabNodes, n, "run", "agent.sock")))];
    }
}
