using System.Net;
using Straum.Lab.Processes;
using Straum.Lab.Topology;
using Straum.Linux;

namespace Straum.Lab.Supervision;

/// <summary>The command lines of the lab's own processes.</summary>
internal static class LabProcesses
{
    /// <summary>The API server: on the host's loopback for people, at a port of the record's, and on the fabric for the nodes.</summary>
    public static ProcessSpec ApiServer(LabPaths paths, int port) => Spec(paths, LabCgroups.ApiServer, "apiserver",
        "apiserver",
        "--data-dir", LabPaths.ApiServer,
        "--kubeconfig", LabPaths.Kubeconfig,
        "--listen", new IPEndPoint(LabTopology.ApiOnHost.Address, port).ToString(),
        "--listen", $"netns:{LabTopology.RouterNamespace}/{LabTopology.ApiOnFabric}",
        "--faults",
        "--pod-logs", LabPaths.AllPodLogs,
        "--service-cidr", $"{LabTopology.ServicesV4},{LabTopology.ServicesV6}");

    /// <summary>Instead of it: the way to another cluster's API server.</summary>
    public static ProcessSpec ApiRelay(LabPaths paths) => Spec(paths, LabCgroups.ApiServer, "apirelay", "lab", "relay");

    public static ProcessSpec Agent(LabPaths paths, NodePlan node) => Spec(paths, LabCgroups.Agent(node.Name), node.Name,
        "agent", "--config", LabPaths.NodeConfig(node.Name));

    public static ProcessSpec Supervisor(LabPaths paths) => Spec(paths, LabCgroups.Supervisor, "supervisor", "lab", "run");

    /// <summary>PATH of everything that runs in the lab: <c>straum</c> is this very program.</summary>
    public static string SearchPath(LabPaths paths)
    {
        var inherited = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        return inherited.StartsWith(paths.Programs + ":", StringComparison.Ordinal) ? inherited : $"{paths.Programs}:{inherited}";
    }

    private static ProcessSpec Spec(LabPaths paths, string cgroup, string log, params string[] arguments) => new()
    {
        FileName = paths.Straum,
        Arguments = arguments,
        Environment = new Dictionary<string, string?> { ["PATH"] = SearchPath(paths) },
        WorkingDirectory = "/",
        ControlGroup = ControlGroup.Create(cgroup),
        OutputFile = LabPaths.Log(log),
        NewSession = true,
    };
}
