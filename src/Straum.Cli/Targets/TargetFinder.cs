using System.Globalization;
using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;
using Straum.Cli.Agents;
using Straum.Cli.Terminal;
using Straum.Lab;

namespace Straum.Cli.Targets;

/// <summary>
/// Finds a network namespace by what a user knows of it, in this order: the id of a process, the name of a pod that an agent
/// of this machine has attached, the id of a pod's sandbox or of any container, a place in the lab.
/// </summary>
/// <param name="agents">Agents to ask, by name and socket.</param>
/// <param name="containers">Containers of this machine.</param>
internal sealed class TargetFinder(IReadOnlyList<(string Name, string Path)> agents, ContainerProcesses containers)
{
    /// <exception cref="CommandFault">Nothing of that name is there, or several things are.</exception>
    public async Task<NetworkTarget> FindAsync(string name, CancellationToken stop)
    {
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var process) && Directory.Exists($"/proc/{process}"))
        {
            return new NetworkTarget($"process {process}", $"/proc/{process}/ns/net");
        }
        var (pods, unreachable) = await PodsAsync(stop);
        return Only(name, pods.Where(p => p.Pod == name || p.Pod.EndsWith("/" + name, StringComparison.Ordinal))
                .Select(static p => (p.Pod, new NetworkTarget("pod " + p.Pod, p.Namespace))), "write namespace/name")
            ?? Only(name, pods.Where(p => name.Length >= 6 && p.Container.StartsWith(name, StringComparison.Ordinal))
                .Select(static p => (p.Container, new NetworkTarget("pod " + p.Pod, p.Namespace))), "write more of the id")
            ?? Only(name, containers.Find(name)
                .Select(static c => (c.Id, new NetworkTarget("container " + c.Id[..12], $"/proc/{c.Process}/ns/net"))), "write more of the id")
            ?? OfLab(name)
            ?? throw new CommandFault($"find {name}", Missing(unreachable), "straum pods lists pods; a container's id or a process's works as well");
    }

    private async Task<(List<(string Pod, string Container, string Namespace)> Pods, List<string> Unreachable)> PodsAsync(CancellationToken stop)
    {
        var pods = new List<(string, string, string)>();
        var unreachable = new List<string>();
        foreach (var (agent, path) in agents)
        {
            try
            {
                using var client = new LocalApiClient(path);
                var report = await client.GetAsync(LocalApiResources.Pods, stop);
                // While one goes, its successor may have the same name already.
                pods.AddRange(report.Pods.Where(p => p.State == PodReport.Attached || !report.Pods.Any(o => o.Pod == p.Pod && o.State == PodReport.Attached)).Select(static p => (p.Pod, p.ContainerId, p.NetworkNamespace)));
            }
            catch (Exception e) when (e is AgentUnreachableException or AgentRefusedException)
            {
                unreachable.Add(agent);
            }
        }
        return (pods, unreachable);
    }

    private static NetworkTarget? Only(string name, IEnumerable<(string Key, NetworkTarget Target)> found, string fix)
    {
        var targets = found.DistinctBy(static f => f.Target.Path).ToList();
        return targets switch
        {
            [] => null,
            [var (_, only)] => only,
            _ => throw new CommandFault($"find {name}", "several are named so: " + string.Join(", ", targets.Take(5).Select(static t => t.Key)), fix),
        };
    }

    // Nodes, the router and the client, and pods whose agent is down.
    private static NetworkTarget? OfLab(string name)
    {
        try
        {
            var place = LabPlace.Find(name);
            return new NetworkTarget(name, $"{Straum.Linux.NetworkNamespace.Directory}/{place.NetworkNamespace}");
        }
        catch (LabException)
        {
            return null;
        }
    }

    private string Missing(List<string> unreachable) => unreachable.Count == 0
        ? "no pod, container or process of that name is here"
        : unreachable.Count == agents.Count
            ? "no container or process of that id is here, and no agent answers that would know pods' names"
            : $"no pod, container or process of that name is here; {string.Join(", ", unreachable)} did not answer";
}
