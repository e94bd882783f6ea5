using System.Net;
using Straum.Control.Tuning;

namespace Straum.Agent.Configuration;

/// <summary>
/// What one node's agent is told: immutable, complete, and right once <see cref="Validate"/> returns nothing. Read from
/// straum.yaml by <see cref="ConfigReader"/>; keys, ranges, documentation and schema are in <see cref="ConfigKeys"/>.
/// </summary>
/// <remarks>
/// How to add a key:
/// 1. A property with its default here, or in the group that it belongs to.
/// 2. A line in <see cref="ConfigKeys"/>: path, format with its range, how to get and set it, one sentence of documentation.
/// 3. A rule in <see cref="Validate"/> when it must fit to another key.
/// 4. <c>straum config schema > deploy/straum.schema.json</c> and <c>straum config reference > docs/reference/configuration.md</c>;
///    a test fails until both are done.
/// 5. A test in <c>ConfigReaderTests</c> when it has a format of its own.
/// </remarks>
public sealed record AgentOptions
{
    public NodeOptions Node { get; init; } = new();
    public KubernetesOptions Kubernetes { get; init; } = new();
    public RoutingOptions Routing { get; init; } = new();
    public FamilyOptions Ipv4 { get; init; } = new();
    public FamilyOptions Ipv6 { get; init; } = new();
    public MasqueradeOptions Masquerade { get; init; } = new();
    public SocketLoadBalancerOptions SocketLB { get; init; } = new();
    public AddressingOptions Ipam { get; init; } = new();
    public PodOptions Pods { get; init; } = new();
    public CniOptions Cni { get; init; } = new();
    public PathOptions Paths { get; init; } = new();
    public TableOptions Tables { get; init; } = new();
    public MetricsOptions Metrics { get; init; } = new();
    public LogOptions Log { get; init; } = new();

    /// <summary>What does not fit together, all of it; what is wrong with one value alone was refused when it was read.</summary>
    public IReadOnlyList<OptionProblem> Validate() => [.. OptionRules.Check(this)];
}

/// <summary>A rule between keys that the options break.</summary>
/// <param name="Key">The path of the key to change: routing.mtu.</param>
/// <param name="Why">What does not fit.</param>
/// <param name="Fix">What to write instead.</param>
public sealed record OptionProblem(string Key, string Why, string Fix);

public sealed record NodeOptions
{
    /// <summary>The Node object's name; never empty in a configuration that was read.</summary>
    public string Name { get; init; } = "";
}

public sealed record KubernetesOptions
{
    /// <summary>Path; empty uses the pod's service account.</summary>
    public string Kubeconfig { get; init; } = "";

    /// <summary>Empty uses KUBERNETES_SERVICE_HOST.</summary>
    public string ServiceHost { get; init; } = "";

    /// <summary>0 uses KUBERNETES_SERVICE_PORT.</summary>
    public int ServicePort { get; init; }

    /// <summary>Path of a directory that is read instead of an API server; empty: there is one.</summary>
    public string Manifests { get; init; } = "";
}

/// <summary>How packets for pods of other nodes travel.</summary>
public enum RoutingMode
{
    /// <summary>As they are; the network, or routes to the other nodes, knows pod prefixes.</summary>
    Native,

    /// <summary>In VXLAN between the nodes' addresses.</summary>
    Vxlan,
}

public sealed record RoutingOptions
{
    public RoutingMode Mode { get; init; } = RoutingMode.Native;
    public bool DirectNodeRoutes { get; init; } = true;
    public VxlanOptions Vxlan { get; init; } = new();

    /// <summary>0 derives it from the devices and the mode.</summary>
    public int Mtu { get; init; }

    /// <summary>Empty: the device that holds the node's InternalIP.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];
}

public sealed record VxlanOptions
{
    public int Port { get; init; } = 8472;
    public int Vni { get; init; } = 1;
}

public sealed record FamilyOptions
{
    public bool Enabled { get; init; } = true;
}

public sealed record MasqueradeOptions
{
    public bool Enabled { get; init; } = true;
    public IReadOnlyList<IPNetwork> NonMasqueradeCidrs { get; init; } = [];
    public PortRange PortRange { get; init; } = new(49152, 65535);
}

public sealed record SocketLoadBalancerOptions
{
    public bool Enabled { get; init; } = true;

    /// <summary>Path of the control group whose sockets are translated; empty: the root of cgroup2.</summary>
    public string Cgroup { get; init; } = "";
}

/// <summary>Who gives a node its pod prefixes.</summary>
public enum AddressingMode
{
    /// <summary>The Node object's spec.podCIDRs.</summary>
    Kubernetes,
}

public sealed record AddressingOptions
{
    public AddressingMode Mode { get; init; } = AddressingMode.Kubernetes;
    public TimeSpan Quarantine { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>Kernel settings that each pod's network namespace gets at CNI ADD.</summary>
public sealed record PodOptions
{
    public TuningProfile Tuning { get; init; } = TuningProfile.Off;

    /// <summary>Beside those of the profile, over which they win.</summary>
    public IReadOnlyList<PodSetting> Sysctls { get; init; } = [];

    /// <summary>What to write, each key once.</summary>
    public IReadOnlyList<PodSetting> Settings =>
        [.. TuningCatalogue.ForPods(Tuning).Where(s => !Sysctls.Any(own => own.Key == s.Key)), .. Sysctls];
}

public sealed record CniOptions
{
    public string ConfDir { get; init; } = "/etc/cni/net.d";
    public string Network { get; init; } = "straum";
}

public sealed record PathOptions
{
    public string State { get; init; } = "/var/lib/straum";
    public string Run { get; init; } = "/run/straum";
    public string Bpf { get; init; } = "/sys/fs/bpf/straum";

    /// <summary>Never empty in a configuration that was read.</summary>
    public string Objects { get; init; } = "";
}

/// <summary>Entries that each table has room for when it is made.</summary>
public sealed record TableOptions
{
    public int Services { get; init; } = 65_536;
    public int Backends { get; init; } = 262_144;
    public int Slots { get; init; } = 524_288;
    public int Pods { get; init; } = 4_096;
    public int Peers { get; init; } = 65_536;
    public int Conntrack { get; init; } = 262_144;
}

public sealed record MetricsOptions
{
    /// <summary>Null: on agent.sock alone.</summary>
    public ListenPoint? Listen { get; init; }
}

/// <summary>The least important lines that are still logged.</summary>
public enum LogLevelName
{
    Error,
    Warning,
    Info,
    Debug,
}

public sealed record LogOptions
{
    public LogLevelName Level { get; init; } = LogLevelName.Info;
}
