namespace Straum.Lab;

/// <summary>
/// Where a lab keeps what. Everything lies under directories that belong to the lab alone, so that
/// <see cref="Topology.LabTeardown"/> can remove them whole.
/// </summary>
public sealed class LabPaths
{
    /// <summary>Namespaces are visible to <c>ip netns</c>.</summary>
    public const string NamespaceDirectory = "/run/netns";

    /// <summary>The agents' pinned maps and links.</summary>
    public const string BpfRoot = "/sys/fs/bpf/straum-lab";

    /// <summary>Held while somebody builds or removes the lab; outside <see cref="Root"/>, because that is removed.</summary>
    public const string LockFile = "/run/straum/lab.lock";

    /// <param name="programs">The directory of <c>straum</c>, <c>straum-cni</c> and <c>bpf/</c>.</param>
    public LabPaths(string programs) => Programs = programs;

    /// <summary>The directory of <c>straum</c>, <c>straum-cni</c> and <c>bpf/</c>; leads the PATH of every lab process.</summary>
    public string Programs { get; }

    /// <summary>The program that the lab starts as API server, agent, supervisor and sample workload.</summary>
    public string Straum => Path.Combine(Programs, "straum");

    /// <summary>All state of the lab; removed by <c>down</c>.</summary>
    public static string Root => "/run/straum/lab";

    /// <summary>What is running, written by <c>up</c>; see <see cref="LabRecord"/>.</summary>
    public static string Record => Path.Combine(Root, "lab.json");

    /// <summary>There once every namespace and wire is: from then on a lab without a supervisor can be taken over.</summary>
    public static string NetworkBuilt => Path.Combine(Root, "network-built");

    /// <summary>There once the sample application has been applied; deleting its objects is the user's right.</summary>
    public static string SampleApplied => Path.Combine(Root, "sample-applied");

    /// <summary>Logs of the lab's own processes, one file each.</summary>
    public static string Logs => Path.Combine(Root, "log");

    /// <summary>One <see cref="Processes.ProcessRecord"/> per supervised process.</summary>
    public static string ProcessRecords => Path.Combine(Root, "processes");

    /// <summary>The API server's journal, certificates and credentials.</summary>
    public static string ApiServer => Path.Combine(Root, "apiserver");

    /// <summary>Reaches the API over loopback: for kubectl, the supervisor and people.</summary>
    public static string Kubeconfig => Path.Combine(Root, "kubeconfig");

    /// <summary>Reaches the API over the fabric: for the agents in their namespaces.</summary>
    public static string NodeKubeconfig => Path.Combine(Root, "node.kubeconfig");

    /// <summary>Everything of one node.</summary>
    public static string Node(string node) => Path.Combine(Root, "nodes", node);

    /// <summary>The agent's configuration file.</summary>
    public static string NodeConfig(string node) => Path.Combine(Node(node), "straum.yaml");

    /// <summary>Where the agent writes its CNI configuration and the pod runner reads it.</summary>
    public static string NodeCni(string node) => Path.Combine(Node(node), "cni");

    /// <summary>The agent's <c>paths.state</c>.</summary>
    public static string NodeState(string node) => Path.Combine(Node(node), "state");

    /// <summary>The agent's <c>paths.run</c>, which holds <c>agent.sock</c>.</summary>
    public static string NodeRun(string node) => Path.Combine(Node(node), "run");

    /// <summary>The agent's <c>paths.bpf</c>.</summary>
    public static string NodeBpf(string node) => Path.Combine(BpfRoot, node);

    /// <summary>One <see cref="Pods.Sandboxes.SandboxRecord"/> per pod that has something to clean up.</summary>
    public static string NodePods(string node) => Path.Combine(Node(node), "pods");

    /// <summary>Output of all pods, a directory per namespace.</summary>
    public static string AllPodLogs => Path.Combine(Logs, "pods");

    /// <summary>Output of a pod's containers: <c>CONTAINER.log</c>, and <c>CONTAINER.previous.log</c> of the run before.</summary>
    public static string PodLogs(string @namespace, string pod) => Path.Combine(AllPodLogs, @namespace, pod);

    /// <summary>The log of one of the lab's own processes.</summary>
    public static string Log(string process) => Path.Combine(Logs, process + ".log");

    /// <summary>A namespace as a file that can be opened or bind-mounted.</summary>
    public static string Namespace(string name) => Path.Combine(NamespaceDirectory, name);
}
