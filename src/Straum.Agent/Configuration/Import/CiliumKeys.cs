using Straum.Agent.Configuration.Yaml;
using Straum.Datapath.Nodes;
using static Straum.Agent.Configuration.Import.ImportAnswer;

namespace Straum.Agent.Configuration.Import;

/// <summary>
/// The keys of the Cilium chart (install/kubernetes/cilium/values.yaml, 1.11 to 1.18) and what they are in Straum. When
/// Straum learns something, its line here changes with it.
/// </summary>
internal static partial class CiliumKeys
{
    private const string OwnDeployment = "describes the pods of Cilium itself";
    private const string NoOperator = "Straum has no operator";
    private const string NoFlows = "flows are not exported yet; `straum drops` counts what is refused";
    private const string NoPolicies = "NetworkPolicy is NOT enforced yet: what a policy forbids is reachable";
    private const string NoL7 = "nothing is redirected to a layer 7 proxy yet";
    private const string NoBgp = "BGP is not here yet; without it pod prefixes need routing.directNodeRoutes, VXLAN, or routes that the network has";
    private const string NoRules = "Straum writes no iptables rule";
    private const string NoProbes = "nodes do not probe each other yet";
    private const string OnlyClusterIP = "of the Service types only ClusterIP is served yet";
    private const string NoNodePorts = "NodePorts are not served yet";
    private const string StraumsMetrics = "the metrics have Straum's names";

    public static KeyTable Create()
    {
        var keys = new KeyTable();
        AddServices(keys);
        AddRouting(keys);
        AddAddresses(keys);
        AddMasquerading(keys);
        AddTables(keys);
        AddFeatures(keys);
        AddDeployment(keys);
        AddAgentOptions(keys);
        return keys;
    }

    private static void AddRouting(KeyTable keys)
    {
        keys.Add("routingMode", static v => v.Text switch
        {
            "tunnel" => As("routing.mode", "vxlan", "Straum's tunnel is VXLAN"),
            "native" => As("routing.mode"),
            _ when v.Shown is "" => Always("nothing is written here"),
            _ => Misspelt(v, "native", "tunnel"),
        });
        keys.Add("tunnel", static v => v.Text switch
        {
            "disabled" => As("routing.mode", "native", "the word was retired with Cilium 1.14"),
            "geneve" => Changed("routing.mode", "vxlan", "Geneve is not served; VXLAN is the tunnel"),
            "vxlan" => As("routing.mode"),
            _ => Misspelt(v, "vxlan", "geneve", "disabled"),
        });
        keys.Add("tunnelProtocol", static v => v.Shown switch
        {
            "vxlan" or "" => Always("VXLAN is the tunnel"),
            "geneve" => Changed("Geneve is not served; VXLAN is the tunnel, and its port is routing.vxlan.port"),
            _ => Misspelt(v, "vxlan", "geneve"),
        });
        keys.Add("tunnelPort", static v => v.Text is "0" ? Always("8472 is the default here too") : As("routing.vxlan.port"));
        keys.Add("autoDirectNodeRoutes", As("routing.directNodeRoutes"));
        keys.Add("directRoutingSkipUnreachable", Always("nodes on other links get no route, and are named in `straum status`"));
        keys.Add("endpointRoutes.enabled", static v => v.IsOff ? Changed("the node has a route per pod all the same") : Always("the node has a route per pod"));
        // pkg/mtu: what is configured is the nodes' MTU, and the pods' routes get it less 50 in tunnel mode.
        keys.Add("MTU", static v => v.IsOff || IsNative(v) || !int.TryParse(v.Text, out var mtu)
            ? As("routing.mtu")
            : Changed("routing.mtu", $"{mtu - OverlayDevice.OverheadV4}", $"Cilium's is the nodes' MTU, Straum's the pods': {OverlayDevice.OverheadV4} bytes less, which VXLAN adds"));
        keys.Add("devices", static v => Devices(v, ImportVerdict.Kept, ""));
        keys.Add("nodePort.directRoutingDevice", static v => Devices(v, ImportVerdict.Changed, "routing.devices are for what leaves the cluster, too; name those that lead there beside it"));
        keys.AddFeature("bgpControlPlane.enabled", NoBgp);
        keys.Add("bgpControlPlane.*", NotServed(NoBgp));
        keys.AddFeature("bgp.enabled", NoBgp);
        keys.Add("bgp.*", NotServed(NoBgp));
        keys.AddFeature("l2announcements.enabled", "LoadBalancer addresses are not announced yet");
        keys.Add("l2announcements.*", NotServed("LoadBalancer addresses are not announced yet"));
        keys.AddFeature("l2podAnnouncements.enabled", "pods' addresses are not announced on the link");
        keys.Add("l2podAnnouncements.*", NotServed("pods' addresses are not announced on the link"));
        keys.AddFeature("pmtuDiscovery.enabled", "ICMP errors are answered by the datapath always; there is no other discovery");
        keys.AddFeature("enableIPv4BIGTCP", "BIG TCP is not set up yet");
        keys.AddFeature("enableIPv6BIGTCP", "BIG TCP is not set up yet");
        keys.AddFeature("enableTunnelBIGTCP", "BIG TCP is not set up yet");
        keys.AddFeature("vtep.enabled", "there are no tunnels to devices outside the cluster");
        keys.Add("vtep.*", NotServed("there are no tunnels to devices outside the cluster"));
        keys.Add("l2NeighDiscovery.*", Always("neighbours are the kernel's"));
        foreach (var key in (string[])["enableRuntimeDeviceDetection", "forceDeviceDetection"])
        {
            keys.Add(key, Changed("devices are those of routing.devices, or the one of the node's InternalIP"));
        }

        static bool IsNative(ImportValue value) => value.Find("routingMode") is ConfigScalar mode ? mode.Text is "native"
            : value.Find("tunnel") is ConfigScalar tunnel ? tunnel.Text is "disabled"
            : value.Other("eni.enabled") is { IsOff: false } || value.Other("gke.enabled") is { IsOff: false };

        static ImportAnswer Devices(ImportValue value, ImportVerdict verdict, string why) =>
            value.AsList().Items.OfType<ConfigScalar>().FirstOrDefault(static d => d.Text.AsSpan().ContainsAny('+', '*') || d.Text.StartsWith('!')) is { } pattern
                ? Refused($"{pattern.Text} is a pattern of Cilium's and no device: write the names that it stands for in routing.devices (ip -brief link); left out, it is the device of the node's InternalIP")
                : new ImportAnswer(verdict, "routing.devices", value.AsList(), why);
    }

    private static void AddAddresses(KeyTable keys)
    {
        keys.Add("ipv4.enabled", As("ipv4.enabled"));
        keys.Add("ipv6.enabled", As("ipv6.enabled"));
        keys.Add("ipam.mode", static v => v.Text switch
        {
            "kubernetes" => As("ipam.mode"),
            "cluster-pool" or "cluster-pool-v2beta" => Changed("ipam.mode", "kubernetes",
                "Cilium's operator gave each node its prefix, and its Node object may have none; Straum takes spec.podCIDRs: run kube-controller-manager with --allocate-node-cidrs"),
            _ when v.Shown is "" => Always("nothing is written here"),
            "multi-pool" or "crd" or "eni" or "azure" or "alibabacloud" or "delegated-plugin" =>
                Refused("prefixes come from each Node's spec.podCIDRs; those of a cloud or of custom resources are not read"),
            _ => Misspelt(v, "kubernetes", "cluster-pool", "cluster-pool-v2beta", "multi-pool", "crd", "eni", "azure", "alibabacloud", "delegated-plugin"),
        });
        keys.Add("ipam.operator.*", Refused("node prefixes are kube-controller-manager's: its --cluster-cidr and --node-cidr-mask-size"));
        keys.Add("ipam.*", NotServed("prefixes come from each Node's spec.podCIDRs"));
        keys.Add("k8s.requireIPv4PodCIDR", static v => v.IsOff ? Changed("a node waits for its spec.podCIDRs all the same") : Always("a node waits for its spec.podCIDRs"));
        keys.Add("k8s.requireIPv6PodCIDR", static v => v.IsOff ? Changed("a node waits for its spec.podCIDRs all the same") : Always("a node waits for its spec.podCIDRs"));
        keys.Add("cni.confPath", As("cni.confDir"));
        keys.Add("cni.exclusive", static v => v.IsOff
            ? Always("the files of other plugins are left alone")
            : Changed("the files of other plugins are left alone; the runtime takes the first by name, so remove those before straum's"));
        keys.AddFeature("cni.chainingMode", "Straum makes pods' devices itself; it joins no chain");
        keys.AddFeature("cni.chainingTarget", "Straum makes pods' devices itself; it joins no chain");
        keys.Add("cni.*", Refused("where plugins lie and how they are installed is the installer's, not straum.yaml's"));
    }

    private static ImportAnswer Misspelt(ImportValue value, params string[] words) => ImportAnswer.Misspelt("Cilium", value, words);

    /// <summary>Networks that pods reach with their own address.</summary>
    internal static ImportAnswer NonMasquerade(IEnumerable<string> networks, string why) => new(
        ImportVerdict.Changed, "masquerade.nonMasqueradeCIDRs", new ConfigList([.. networks.Select(static n => new ConfigScalar(n, IsPlain: true, 0, 0))], 0, 0), why);

    /// <summary>masqLinkLocal when it is false, which is its default.</summary>
    internal static ImportAnswer NonMasqueradeLinkLocal { get; } =
        NonMasquerade(["169.254.0.0/16"], "written out: Straum masquerades link-local IPv4 destinations unless they are listed");

    private static void AddMasquerading(KeyTable keys)
    {
        keys.Add("enableIPv4Masquerade", static v => Masquerade(v, "IPv4", otherwise: true, "0.0.0.0/0", "IPv6", otherOtherwise: false));
        keys.Add("enableIPv6Masquerade", static v => Masquerade(v, "IPv6", otherwise: false, "::/0", "IPv4", otherOtherwise: true));
        keys.Add("bpf.masquerade", static v => v.IsOff
            ? Changed("masquerading is always in eBPF; masquerade.enabled switches it off altogether")
            : Always("masquerading is always in eBPF"));
        keys.Add("ipv4NativeRoutingCIDR", NonMasquerade);
        keys.Add("ipv6NativeRoutingCIDR", NonMasquerade);
        keys.Add("nativeRoutingCIDR", NonMasquerade);
        keys.Add("ipMasqAgent.enabled", static v => v.IsOff
            ? Always("off here too")
            : Changed("its list is masquerade.nonMasqueradeCIDRs; no ConfigMap is watched, so what your own one lists belongs there"));
        keys.Add("ipMasqAgent.config.nonMasqueradeCIDRs", static v => WithAgent(v) ?? NonMasquerade(v));
        // bpf/ knows no link-local IPv4 destinations: what is not in the list and outside the cluster is masqueraded.
        keys.Add("ipMasqAgent.config.masqLinkLocal", static v => WithAgent(v) ?? (v.IsOff ? NonMasqueradeLinkLocal : Always("link-local IPv4 destinations are masqueraded here too")));
        keys.Add("ipMasqAgent.config.masqLinkLocalIPv6", Always("link-local IPv6 destinations are not routed, so nothing is masqueraded on the way to them"));
        keys.Add("ipMasqAgent.config.resyncInterval", Always("the list is in straum.yaml"));
        keys.AddFeature("egressMasqueradeInterfaces", "masquerading is for what leaves by routing.devices");
        keys.AddFeature("enableMasqueradeRouteSource", "masqueraded flows get the node's InternalIP");
        keys.AddFeature("egressGateway.enabled", "egress gateways are not here yet");
        keys.Add("egressGateway.*", NotServed("egress gateways are not here yet"));

        // One switch for both families: where they differ, the one that is off is spared by its prefix.
        static ImportAnswer Masquerade(ImportValue value, string family, bool otherwise, string all, string other, bool otherOtherwise) =>
            !IsOn(value, family.ToLowerInvariant() + ".enabled", otherwise) ? Always($"{family} is off")
            : value.IsOff && IsOn(value, other.ToLowerInvariant() + ".enabled", otherOtherwise) && IsOn(value, $"enable{other}Masquerade", otherwise: true)
                ? CiliumKeys.NonMasquerade([all], $"masquerade.enabled is one switch for both families; {family} is spared by its prefix")
            : As("masquerade.enabled", "one switch for both families");

        static bool IsOn(ImportValue value, string key, bool otherwise) => value.Other(key) is { } found ? !found.IsOff : otherwise;

        static ImportAnswer? WithAgent(ImportValue value) =>
            IsOn(value, "ipMasqAgent.enabled", otherwise: false) ? null : Always("means nothing without ipMasqAgent.enabled, here neither");

        static ImportAnswer NonMasquerade(ImportValue value) =>
            new(ImportVerdict.Kept, "masquerade.nonMasqueradeCIDRs", value.AsList(), "");
    }

    private static void AddTables(KeyTable keys)
    {
        keys.Add("bpf.ctTcpMax", static v => v.IsOff
            ? Always("0 takes the default here too")
            : new ImportAnswer(ImportVerdict.Changed, "tables.conntrack", null, "one table for TCP and all else, in which a translated flow counts twice"));
        keys.Add("bpf.ctAnyMax", Changed("there is one flow table, tables.conntrack; size it for both"));
        keys.Add("bpf.natMax", Changed("translations are entries of the flow table, tables.conntrack: a translated flow counts twice"));
        keys.Add("bpf.neighMax", Always("neighbours are the kernel's; there is no table of them"));
        keys.Add("bpf.policyMapMax", NotServed("NetworkPolicy is not enforced yet"));
        keys.Add("bpf.lbMapMax", new ImportAnswer(ImportVerdict.Changed, "tables.services", null, "this table has frontends only; backends and their places have tables.backends and tables.slots"));
        keys.AddFeature("bpf.preallocateMaps", "tables are allocated as the kernel does by default");
        keys.Add("bpf.mapDynamicSizeRatio", Refused("tables have fixed sizes: tables.services, tables.backends, tables.conntrack"));
        keys.Add("bpf.root", Changed("pins are below paths.bpf, /sys/fs/bpf/straum"));
        keys.Add("bpf.autoMount.enabled", static v => v.IsOff
            ? Changed("the agent mounts the bpf file system if it is missing")
            : Always("the agent mounts the bpf file system if it is missing"));
        keys.AddFeature("bpf.tproxy", NoL7);
        keys.Add("bpf.vlanBypass", static v => v.IsOff || v.AsList().Items is [ConfigScalar { Text: "0" }]
            ? Always("VLANs are not filtered")
            : Changed("VLANs are not filtered: others pass, too"));
        keys.Add("bpf.hostLegacyRouting", static v => v.IsOff
            ? Always("packets pass the host's stack by")
            : NotServed("packets pass the host's stack by; there is no switch"));
        keys.Add("bpf.lbExternalClusterIP", static v => v.IsOff ? Always("off here too") : NotServed("ClusterIPs are for pods and nodes only"));
        keys.Add("bpf.datapathMode", static v => v.Text switch
        {
            "veth" => Always("pods have veth devices"),
            "netkit" or "netkit-l2" => NotServed("pods have veth devices; netkit is not used yet"),
            "lb-only" => NotServed("Services are served on nodes that have pods"),
            _ => Misspelt(v, "veth", "netkit", "netkit-l2", "lb-only"),
        });
        keys.Add("bpf.enableTCX", static v => v.IsOff ? Changed("tcx is used where the kernel has it") : Always("tcx is used where the kernel has it"));
        keys.Add("bpf.monitorAggregation", NotServed(NoFlows));
        keys.Add("bpf.monitorInterval", NotServed(NoFlows));
        keys.Add("bpf.monitorFlags", NotServed(NoFlows));
        keys.Add("bpf.events.*", NotServed(NoFlows));
        keys.AddFeature("bpf.ctAccounting", "flows are not counted by their bytes");
        keys.AddFeature("bpf.lbAlgorithmAnnotation", "endpoints are chosen at random; Services choose nothing else by annotation");
        keys.AddFeature("bpf.lbModeAnnotation", "direct server return is not here yet; Services choose nothing else by annotation");
        keys.AddFeature("bpf.lbSourceRangeAllTypes", OnlyClusterIP);
        keys.Add("bpf.distributedLRU.*", Refused("tables are shared by all processors"));
        keys.AddForeign("bpfClockProbe", "the kernel's clock is read as it is");
        keys.AddForeign("bpf.clockProbe", "the kernel's clock is read as it is");
        keys.AddFeature("sockops.enabled", "sockets of one node are not joined; the option is gone since Cilium 1.14");
        keys.Add("datapathMode", static v => v.Text is "veth" ? Always("pods have veth devices") : NotServed("pods have veth devices"));
        foreach (var key in (string[])["conntrackGCInterval", "conntrackGCMaxInterval"])
        {
            keys.Add(key, Changed("each flow ends by its own timeout"));
        }
        foreach (var key in (string[])["bpf.nodeMapMax", "bpf.authMapMax", "bpf.policyStatsMapMax", "bpf.policyMapPressureMetricsThreshold"])
        {
            keys.AddForeign(key, "there is no such table");
        }
    }

    private static void AddFeatures(KeyTable keys)
    {
        keys.Add("l7Proxy", static v => v.IsOff ? Always("there is no layer 7 proxy") : NotServed(NoL7));
        keys.Add("envoy.*", NotServed(NoL7));
        keys.AddFeature("externalWorkloads.enabled", "only Nodes take part");
        keys.AddFeature("gatewayAPI.enabled", "Gateway API objects are not served yet");
        keys.Add("gatewayAPI.*", NotServed("Gateway API objects are not served yet"));
        keys.AddFeature("ingressController.enabled", "Ingress objects are not served yet");
        keys.Add("ingressController.*", NotServed("Ingress objects are not served yet"));
        keys.AddFeature("envoyConfig.enabled", NoL7);
        keys.Add("envoyConfig.*", NotServed(NoL7));
        keys.Add("proxy.*", NotServed(NoL7));
        keys.AddForeign("disableEnvoyVersionCheck", NoL7);
        keys.AddFeature("hubble.enabled", NoFlows);
        keys.AddFeature("hubble.relay.enabled", NoFlows);
        keys.AddFeature("hubble.ui.enabled", NoFlows);
        keys.Add("hubble.*", NotServed(NoFlows));
        keys.AddFeature("encryption.enabled", "traffic between nodes is NOT encrypted by Straum: keep what encrypts it today, or a link that you trust");
        keys.Add("encryption.*", NotServed("traffic between nodes is not encrypted by Straum"));
        keys.Add("policyEnforcementMode", static v => v.Text.ToLowerInvariant() switch
        {
            "never" => Always("NetworkPolicy is not enforced"),
            "default" or "always" => NotServed(NoPolicies),
            _ => Misspelt(v, "default", "always", "never"),
        });
        keys.Add("k8sNetworkPolicy.enabled", static v => v.IsOff ? Always("NetworkPolicy is not enforced") : NotServed(NoPolicies));
        keys.AddFeature("policyAuditMode", NoPolicies);
        keys.Add("policyCIDRMatchMode", static v => v.IsOff ? Always("off here too") : NotServed(NoPolicies));
        keys.AddFeature("hostFirewall", "there are no policies for hosts");
        keys.AddFeature("hostFirewall.enabled", "there are no policies for hosts");
        keys.AddFeature("authentication.enabled", "there is no mutual authentication");
        keys.Add("authentication.*", NotServed("there is no mutual authentication"));
        keys.AddFeature("bandwidthManager", "pods' bandwidth annotations are not honoured yet"); // the switch itself in 1.11
        keys.AddFeature("bandwidthManager.enabled", "pods' bandwidth annotations are not honoured yet");
        keys.Add("bandwidthManager.bbr", static v => v.IsOff || v.Other("bandwidthManager.enabled") is null or { IsOff: true } ? Always("off here too") : Changed("pods inherit the node's congestion control: `straum tune plan` has it"));
        keys.AddFeature("bandwidthManager.bbrHostNamespaceOnly", "pods inherit the node's congestion control");
        keys.AddFeature("nodeIPAM.enabled", OnlyClusterIP);
        keys.AddFeature("enableLBIPAM", OnlyClusterIP);
        keys.AddFeature("defaultLBServiceIPAM", OnlyClusterIP);
        keys.AddFeature("clustermesh.useAPIServer", "there is one cluster");
        keys.Add("clustermesh.*", NotServed("there is one cluster"));
        keys.Add("cluster.name", static v => v.Shown is "" or "default" ? Always("there is one cluster") : Changed("there is one cluster, and nothing needs its name"));
        keys.Add("cluster.id", static v => v.IsOff ? Always("there is one cluster") : NotServed("there is one cluster"));
        keys.AddFeature("nat46x64Gateway.enabled", "NAT64 is not here yet");
        keys.AddFeature("multicast.enabled", "multicast between nodes is not here yet");
        keys.AddFeature("srv6.enabled", "SRv6 is not here yet");
        keys.AddFeature("sctp.enabled", "SCTP is served per packet, when port and targetPort are the same number");
        keys.AddFeature("wellKnownIdentities.enabled", "there are no identities");
        keys.Add("identityAllocationMode", Refused("there are no identities"));
        foreach (var key in (string[])["remoteNodeIdentity", "identityChangeGracePeriod", "nodeSelectorLabels", "enableIdentityMark", "labels", "nodeLabels"])
        {
            keys.AddForeign(key, "there are no identities");
        }
        keys.Add("disableEndpointCRD", Always("there are no CiliumEndpoints"));
        keys.AddForeign("synchronizeK8sNodes", "there is no kvstore");
        keys.AddForeign("enableCnpStatusUpdates", "there are no CiliumNetworkPolicies");
        keys.AddForeign("enableK8sEventHandover", "there is no kvstore");
        keys.Add("enableK8sEndpointSlice", static v => v.IsOff ? Changed("EndpointSlices are read, and no Endpoints") : Always("EndpointSlices are read"));
        keys.Add("endpointStatus.*", Refused("there are no CiliumEndpoints"));
        keys.Add("customCalls.*", Refused("no programs of others are called"));
        keys.Add("dnsProxy.*", NotServed(NoL7));
        keys.Add("prometheus.enabled", static v => v.IsOff
            ? Always("off here too")
            : As("metrics.listen", ":" + (v.Other("prometheus.port")?.Text ?? "9962"), v.Find("prometheus.port") is null ? $"Cilium's default port; {StraumsMetrics}" : StraumsMetrics));
        keys.Add("prometheus.port", static v => v.Other("prometheus.enabled") is null or { IsOff: true }
            ? Always("nothing listens there without prometheus.enabled, here too")
            : As("metrics.listen", ":" + v.Text, StraumsMetrics));
        keys.Add("prometheus.*", NotServed("scraping is by the pods' annotations; there is no ServiceMonitor, and no choice of metrics"));
        keys.Add("dashboards.*", NotServed("there are no dashboards yet"));
        keys.AddFeature("healthChecking", NoProbes);
        keys.Add("endpointHealthChecking.*", NotServed(NoProbes));
        keys.Add("healthPort", Changed("the agent answers at its own socket: `straum status`"));
        keys.Add("debug.enabled", static v => v.IsOff ? Always("off here too") : As("log.level", "debug", ""));
        keys.Add("debug.*", Refused("the words are Cilium's subsystems; log.level is the one switch"));
        keys.Add("installNoConntrackIptablesRules", Always(NoRules));
        keys.Add("installIptablesRules", Always(NoRules));
        keys.Add("iptablesRandomFully", Always(NoRules));
        keys.Add("ipTracing.*", NotServed(NoFlows));
        keys.Add("sysctlfix.enabled", Changed("the agent sets what it needs; `straum tune plan` shows the rest"));
        keys.AddForeign("annotateK8sNode", "the Node object is left as it is");
        keys.Add("ciliumEndpointSlice.*", Refused("there are no CiliumEndpoints"));
        keys.AddForeign("enableCiliumEndpointSlice", "there are no CiliumEndpoints");
    }

    private static void AddDeployment(KeyTable keys)
    {
        keys.Add("operator.*", Refused(NoOperator));
        foreach (var group in (string[])["aws", "eni", "azure", "gke", "aksbyocni", "alibabacloud"])
        {
            keys.Add(group + ".*", Refused("there is nothing for one cloud: prefixes come from each Node's spec.podCIDRs"));
        }
        foreach (var group in (string[])
            [
                "preflight", "certgen", "nodeinit", "etcd", "spire", "scheduling", "image", "resources", "nodeSelector", "affinity", "podAnnotations",
                "podLabels", "annotations", "commonLabels", "podSecurityContext", "securityContext", "updateStrategy", "serviceAccounts", "rbac",
                "startupProbe", "livenessProbe", "readinessProbe", "monitor", "daemon", "initResources", "pprof", "resourceQuotas", "containerRuntime",
            ])
        {
            keys.Add(group + ".*", Refused(OwnDeployment));
        }
        foreach (var key in (string[])
            [
                "tolerations", "extraEnv", "extraVolumes", "extraVolumeMounts", "extraContainers", "extraInitContainers", "extraHostPathMounts",
                "imagePullSecrets", "priorityClassName", "terminationGracePeriodSeconds", "rollOutCiliumPods", "agent", "name", "namespaceOverride",
                "cleanState", "cleanBpfState", "dnsPolicy", "crdWaitTimeout", "sleepAfterInit", "keepDeprecatedLabels", "keepDeprecatedProbes",
                "enableCriticalPriorityClass", "agentNotReadyTaintKey", "logSystemLoad", "apiRateLimit", "waitForKubeProxy",
            ])
        {
            keys.AddForeign(key, OwnDeployment);
        }
        keys.AddForeign("extraArgs", "arguments of cilium-agent: import them as the keys that the chart has for them, or as options below " + CiliumAgentOptions.Group);
        keys.AddForeign("upgradeCompatibility", "what the file is silent about is read as Cilium 1.18 does");
        keys.AddForeign("kubeConfigPath", "Cilium's own identity; give the agent one of its own, kubernetes.kubeconfig");
        keys.Add("tls.*", Refused("certificates and secrets of Cilium's own"));
        keys.Add("k8sClientRateLimit.*", Always("the agent has one list and one watch per kind, and needs no limit"));
    }

    private static void AddAgentOptions(KeyTable keys)
    {
        foreach (var (option, key) in CiliumAgentOptions.All)
        {
            keys.AddSynonym($"{CiliumAgentOptions.Group}.{option}", key);
        }
        keys.Add(CiliumAgentOptions.Group + ".prometheus-serve-addr", static v => v.IsOff ? Always("off here too") : As("metrics.listen", StraumsMetrics));
    }
}
