using System.Collections.Frozen;
using System.Net;
using Straum.Agent.Configuration.Formats;
using Straum.Control.Tuning;

namespace Straum.Agent.Configuration;

/// <summary>
/// The keys of straum.yaml, in the order of the documentation. The reader, the JSON Schema and docs/reference/configuration.md
/// all come from this table. How to add one: see <see cref="AgentOptions"/>.
/// </summary>
internal static class ConfigKeys
{
    private static readonly IntegerFormat Port = new(1, 65535);
    private static readonly IntegerFormat TableSize = new(64, 16_777_216);

    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        new ConfigKey<string>("node.name", TextFormat.ObjectName,
            static o => o.Node.Name, static (o, v) => o with { Node = o.Node with { Name = v } },
            "The name of this node's Node object.",
            static e => e.Variable("NODE_NAME") is { Length: > 0 } name ? (name, "environment NODE_NAME") : (e.HostName, "host name"),
            "NODE_NAME of the environment, then the host name"),

        new ConfigKey<string>("kubernetes.kubeconfig", TextFormat.AbsolutePath,
            static o => o.Kubernetes.Kubeconfig, static (o, v) => o with { Kubernetes = o.Kubernetes with { Kubeconfig = v } },
            "A kubeconfig to reach the API server with; empty uses the pod's service account."),
        new ConfigKey<string>("kubernetes.serviceHost", TextFormat.Host,
            static o => o.Kubernetes.ServiceHost, static (o, v) => o with { Kubernetes = o.Kubernetes with { ServiceHost = v } },
            "An address of the API server that is reachable without Services; empty uses KUBERNETES_SERVICE_HOST."),
        new ConfigKey<int>("kubernetes.servicePort", new IntegerFormat(1, 65535, orZero: true),
            static o => o.Kubernetes.ServicePort, static (o, v) => o with { Kubernetes = o.Kubernetes with { ServicePort = v } },
            "The API server's port at kubernetes.serviceHost; 0 uses KUBERNETES_SERVICE_PORT."),
        new ConfigKey<string>("kubernetes.manifests", TextFormat.AbsolutePath,
            static o => o.Kubernetes.Manifests, static (o, v) => o with { Kubernetes = o.Kubernetes with { Manifests = v } },
            "A directory of manifests to read objects from, on a host without an API server."),

        new ConfigKey<RoutingMode>("routing.mode", new ChoiceFormat<RoutingMode>(("native", RoutingMode.Native), ("vxlan", RoutingMode.Vxlan)),
            static o => o.Routing.Mode, static (o, v) => o with { Routing = o.Routing with { Mode = v } },
            "How packets for pods of other nodes travel: as they are, or in VXLAN between the nodes."),
        new ConfigKey<bool>("routing.directNodeRoutes", FlagFormat.Instance,
            static o => o.Routing.DirectNodeRoutes, static (o, v) => o with { Routing = o.Routing with { DirectNodeRoutes = v } },
            "In native mode, keep a route to the pod prefixes of every node on the same link; off when BGP or the network does."),
        new ConfigKey<int>("routing.vxlan.port", Port,
            static o => o.Routing.Vxlan.Port, static (o, v) => o with { Routing = o.Routing with { Vxlan = o.Routing.Vxlan with { Port = v } } },
            "The UDP port of VXLAN; the same on every node."),
        new ConfigKey<int>("routing.vxlan.vni", new IntegerFormat(1, 16_777_215),
            static o => o.Routing.Vxlan.Vni, static (o, v) => o with { Routing = o.Routing with { Vxlan = o.Routing.Vxlan with { Vni = v } } },
            "The VXLAN network identifier; the same on every node."),
        new ConfigKey<int>("routing.mtu", new IntegerFormat(576, 65535, orZero: true),
            static o => o.Routing.Mtu, static (o, v) => o with { Routing = o.Routing with { Mtu = v } },
            "The MTU of pods; 0 takes the devices' smallest, less what VXLAN adds."),
        new ConfigKey<IReadOnlyList<string>>("routing.devices", new ListFormat<string>(TextFormat.DeviceName),
            static o => o.Routing.Devices, static (o, v) => o with { Routing = o.Routing with { Devices = v } },
            "The devices that lead to other nodes and outside; empty takes the one that holds the node's InternalIP."),

        new ConfigKey<bool>("ipv4.enabled", FlagFormat.Instance,
            static o => o.Ipv4.Enabled, static (o, v) => o with { Ipv4 = new() { Enabled = v } },
            "Give pods IPv4 addresses and serve IPv4 Services."),
        new ConfigKey<bool>("ipv6.enabled", FlagFormat.Instance,
            static o => o.Ipv6.Enabled, static (o, v) => o with { Ipv6 = new() { Enabled = v } },
            "Give pods IPv6 addresses and serve IPv6 Services."),

        new ConfigKey<bool>("masquerade.enabled", FlagFormat.Instance,
            static o => o.Masquerade.Enabled, static (o, v) => o with { Masquerade = o.Masquerade with { Enabled = v } },
            "Give packets from pods to the outside the node's address."),
        new ConfigKey<IReadOnlyList<IPNetwork>>("masquerade.nonMasqueradeCIDRs", new ListFormat<IPNetwork>(NetworkFormat.Instance),
            static o => o.Masquerade.NonMasqueradeCidrs, static (o, v) => o with { Masquerade = o.Masquerade with { NonMasqueradeCidrs = v } },
            "Destinations outside the cluster that see the pods' own addresses. Pods and nodes always do."),
        new ConfigKey<PortRange>("masquerade.portRange", PortRangeFormat.Instance,
            static o => o.Masquerade.PortRange, static (o, v) => o with { Masquerade = o.Masquerade with { PortRange = v } },
            "The node's ports that masqueraded flows get; no program on the node may use them."),

        new ConfigKey<bool>("socketLB.enabled", FlagFormat.Instance,
            static o => o.SocketLB.Enabled, static (o, v) => o with { SocketLB = o.SocketLB with { Enabled = v } },
            "Choose a Service's endpoint when a socket connects, so that packets need no translation."),
        new ConfigKey<string>("socketLB.cgroup", TextFormat.AbsolutePath,
            static o => o.SocketLB.Cgroup, static (o, v) => o with { SocketLB = o.SocketLB with { Cgroup = v } },
            "The control group whose sockets that is done for; empty takes the root of cgroup2."),

        new ConfigKey<AddressingMode>("ipam.mode", new ChoiceFormat<AddressingMode>(("kubernetes", AddressingMode.Kubernetes)),
            static o => o.Ipam.Mode, static (o, v) => o with { Ipam = o.Ipam with { Mode = v } },
            "Where the node's pod prefixes come from: the Node object's spec.podCIDRs."),
        new ConfigKey<TimeSpan>("ipam.quarantine", new DurationFormat(TimeSpan.Zero, TimeSpan.FromHours(24)),
            static o => o.Ipam.Quarantine, static (o, v) => o with { Ipam = o.Ipam with { Quarantine = v } },
            "How long the address of a deleted pod is not given to another one."),

        new ConfigKey<TuningProfile>("pods.tuning",
            new ChoiceFormat<TuningProfile>(("off", TuningProfile.Off), ("safe", TuningProfile.Safe), ("full", TuningProfile.Full)),
            static o => o.Pods.Tuning, static (o, v) => o with { Pods = o.Pods with { Tuning = v } },
            "Which kernel settings new pods' network namespaces get; the host's values do not reach them. See tune.md."),
        new ConfigKey<IReadOnlyList<PodSetting>>("pods.sysctls", new ListFormat<PodSetting>(PodSettingFormat.Instance),
            static o => o.Pods.Sysctls, static (o, v) => o with { Pods = o.Pods with { Sysctls = v } },
            "Kernel settings for new pods' network namespaces beside those of pods.tuning; a pod's own securityContext.sysctls win."),

        new ConfigKey<string>("cni.confDir", TextFormat.RequiredPath,
            static o => o.Cni.ConfDir, static (o, v) => o with { Cni = o.Cni with { ConfDir = v } },
            "Where the container runtime looks for network configuration."),
        new ConfigKey<string>("cni.network", TextFormat.NetworkName,
            static o => o.Cni.Network, static (o, v) => o with { Cni = o.Cni with { Network = v } },
            "The name of the network in that configuration."),

        new ConfigKey<string>("paths.state", TextFormat.RequiredPath,
            static o => o.Paths.State, static (o, v) => o with { Paths = o.Paths with { State = v } },
            "What has to survive a reboot: which pod has which address."),
        new ConfigKey<string>("paths.run", TextFormat.RequiredPath,
            static o => o.Paths.Run, static (o, v) => o with { Paths = o.Paths with { Run = v } },
            "What is gone after a reboot: agent.sock."),
        new ConfigKey<string>("paths.bpf", TextFormat.RequiredPath,
            static o => o.Paths.Bpf, static (o, v) => o with { Paths = o.Paths with { Bpf = v } },
            "Where tables and programs are pinned; on a bpf file system."),
        new ConfigKey<string>("paths.objects", TextFormat.RequiredPath,
            static o => o.Paths.Objects, static (o, v) => o with { Paths = o.Paths with { Objects = v } },
            "The folder of the compiled BPF objects.",
            static e => (Path.Combine(e.ProgramFolder, "bpf"), "next to the program"),
            "bpf next to the program"),

        new ConfigKey<int>("tables.services", TableSize,
            static o => o.Tables.Services, static (o, v) => o with { Tables = o.Tables with { Services = v } },
            "Frontends: one per address, port and protocol of a Service."),
        new ConfigKey<int>("tables.backends", TableSize,
            static o => o.Tables.Backends, static (o, v) => o with { Tables = o.Tables with { Backends = v } },
            "Backends of all Services, each counted once."),
        new ConfigKey<int>("tables.slots", TableSize,
            static o => o.Tables.Slots, static (o, v) => o with { Tables = o.Tables with { Slots = v } },
            "Places of backends in frontends: a backend takes one in each frontend that has it."),
        new ConfigKey<int>("tables.pods", TableSize,
            static o => o.Tables.Pods, static (o, v) => o with { Tables = o.Tables with { Pods = v } },
            "Addresses of this node's pods."),
        new ConfigKey<int>("tables.peers", TableSize,
            static o => o.Tables.Peers, static (o, v) => o with { Tables = o.Tables with { Peers = v } },
            "Prefixes and addresses of nodes."),
        new ConfigKey<int>("tables.conntrack", TableSize,
            static o => o.Tables.Conntrack, static (o, v) => o with { Tables = o.Tables with { Conntrack = v } },
            "Flows; a translated one counts twice."),

        new ConfigKey<ListenPoint?>("metrics.listen", ListenFormat.Instance,
            static o => o.Metrics.Listen, static (o, v) => o with { Metrics = new() { Listen = v } },
            "Where Prometheus may fetch /metrics without a password; \":9962\" is all addresses, empty is nowhere. See metrics.md."),

        new ConfigKey<LogLevelName>("log.level",
            new ChoiceFormat<LogLevelName>(("error", LogLevelName.Error), ("warning", LogLevelName.Warning), ("info", LogLevelName.Info), ("debug", LogLevelName.Debug)),
            static o => o.Log.Level, static (o, v) => o with { Log = new() { Level = v } },
            "The least important lines that are logged."),
    ];

    /// <summary>Keys by path.</summary>
    public static FrozenDictionary<string, ConfigKey> ByPath { get; } = All.ToFrozenDictionary(static k => k.Path);

    /// <summary>What each group (routing, routing.vxlan; "" for the root) has in it: names of keys and groups.</summary>
    public static FrozenDictionary<string, IReadOnlyList<string>> Groups { get; } = All
        .SelectMany(static k => Prefixes(k.Path))
        .Distinct()
        .GroupBy(static p => p.LastIndexOf('.') is >= 0 and var dot ? p[..dot] : "")
        .ToFrozenDictionary(static g => g.Key, static g => (IReadOnlyList<string>)[.. g.Select(static p => p[(p.LastIndexOf('.') + 1)..])]);

    private static IEnumerable<string> Prefixes(string path)
    {
        for (var dot = path.IndexOf('.'); dot >= 0; dot = path.IndexOf('.', dot + 1))
        {
            yield return path[..dot];
        }
        yield return path;
    }
}
