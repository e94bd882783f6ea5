using Straum.Agent.Configuration.Yaml;
using static Straum.Agent.Configuration.Import.ImportAnswer;

namespace Straum.Agent.Configuration.Import;

/// <summary>
/// The keys of the Cilium chart (install/kubernetes/cilium/values.yaml, 1.11 to 1.18) and what they are in Straum. When
/// Straum learns something, its line here changes with it.
/// </summary>
internal static class CiliumKeys
{
    private const string OwnDeployment = "describes the pods of Cilium itself";
    private const string NoOperator = "Straum has no operator";
    private const string NoFlows = "flows are not exported yet; `straum drops` counts what is refused";
    private const string NoL7 = "nothing is redirected to a layer 7 proxy yet";
    private const string NoBgp = "BGP is not here yet; without it pod prefixes need routing.directNodeRoutes, VXLAN, or routes that the network has";
    private const string NoRules = "Straum writes no iptables rule";

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
        return keys;
    }

    private static void AddServices(KeyTable keys)
    {
        keys.Add("kubeProxyReplacement", static v => v.Text switch
        {
            "true" => Always("Straum always serves Services without kube-proxy"),
            "strict" => Changed("the word was retired with Cilium 1.14; Straum always serves Services without kube-proxy"),
            "false" or "partial" or "probe" or "disabled" => Changed("Straum always serves Services; it cannot leave them to kube-proxy"),
            _ => Misspelt(v, "true", "false", "strict", "partial", "probe", "disabled"),
        });
        keys.Add("kubeProxyReplacementHealthzBindAddr", NotServed("the health check port for load balancers is not served yet"));
        keys.Add("k8sServiceHost", static v => v.Text is "auto"
            ? Refused("the address is not looked up; write the one that nodes reach the API server by")
            : As("kubernetes.serviceHost"));
        keys.Add("k8sServicePort", As("kubernetes.servicePort"));
        keys.Add("loadBalancer.mode", static v => v.Text switch
        {
            "snat" => Always("answers go back through the node that took the request"),
            "dsr" or "hybrid" => NotServed("direct server return is not here yet; answers go back through the node that took the request"),
            _ => Misspelt(v, "snat", "dsr", "hybrid"),
        });
        keys.Add("loadBalancer.algorithm", static v => v.Text switch
        {
            "random" => Always("endpoints are chosen at random"),
            "maglev" => NotServed("endpoints are chosen at random; consistent hashing is not here yet"),
            _ => Misspelt(v, "random", "maglev"),
        });
        keys.Add("loadBalancer.acceleration", static v => v.Text switch
        {
            "disabled" => Always("off here too"),
            "native" or "best-effort" or "testing-only" => NotServed("XDP is not used yet; Services are served at the socket and at tc"),
            _ => Misspelt(v, "disabled", "native", "best-effort", "testing-only"),
        });
        keys.AddFeature("loadBalancer.serviceTopology", "topology hints are not followed yet");
        keys.Add("loadBalancer.dsrDispatch", static v => v.Text is "opt" or "ipip" or "geneve"
            ? NotServed("direct server return is not here yet")
            : Misspelt(v, "opt", "ipip", "geneve"));
        keys.AddFeature("loadBalancer.l7.backend", NoL7);
        keys.AddFeature("loadBalancer.standalone", "Services come from the API server only");
        keys.Add("maglev.*", NotServed("endpoints are chosen at random; consistent hashing is not here yet"));
        keys.Add("sessionAffinity", static v => v.IsOff ? Always("off here too") : NotServed("sessionAffinity is not honoured yet"));
        foreach (var path in (string[])["nodePort.enabled", "externalIPs.enabled", "hostPort.enabled"])
        {
            keys.AddFeature(path, "of the Service types only ClusterIP is served yet");
        }
        keys.Add("nodePort.range", static v => v.Text.Replace(',', '-') is "30000-32767"
            ? Always("it is Kubernetes' range")
            : NotServed("NodePorts are not served yet"));
        keys.Add("nodePort.*", NotServed("NodePorts are not served yet"));
        keys.Add("socketLB.enabled", As("socketLB.enabled"));
        keys.AddFeature("socketLB.hostNamespaceOnly", "sockets are translated for a control group and all below it: name it in socketLB.cgroup");
        keys.Add("hostServices.enabled", As("socketLB.enabled"));
        keys.Add("hostServices.*", NotServed("all protocols are translated at the socket, or none"));
        keys.Add("enableXTSocketFallback", Always(NoRules));
        keys.AddFeature("localRedirectPolicy", "redirection to pods of the own node is not here yet");
        keys.Add("cgroup.hostRoot", Changed("Straum mounts no cgroup2 of its own; it takes the one that the node has"));
        keys.Add("cgroup.autoMount.*", Changed("Straum mounts no cgroup2 of its own; it takes the one that the node has"));
    }

    private static void AddRouting(KeyTable keys)
    {
        keys.Add("routingMode", static v => v.Text switch
        {
            "tunnel" => As("routing.mode", "vxlan", "Straum's tunnel is VXLAN"),
            "native" => As("routing.mode"),
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
        keys.AddFeature("directRoutingSkipUnreachable", "nodes on other links are named in `straum status`; they get no route");
        keys.AddFeature("endpointRoutes.enabled", "the node has a route per pod already");
        keys.Add("MTU", As("routing.mtu"));
        keys.Add("devices", static v => new ImportAnswer(ImportVerdict.Kept, "routing.devices", v.AsList(), ""));
        keys.Add("nodePort.directRoutingDevice", static v => new ImportAnswer(ImportVerdict.Kept, "routing.devices", v.AsList(), ""));
        keys.Add("nodePort.autoProtectPortRange", Always("masquerade.portRange is reserved on the node"));
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
    }

    private static void AddAddresses(KeyTable keys)
    {
        keys.Add("ipv4.enabled", As("ipv4.enabled"));
        keys.Add("ipv6.enabled", As("ipv6.enabled"));
        keys.Add("ipam.mode", static v => v.Text switch
        {
            "kubernetes" => As("ipam.mode"),
            "cluster-pool" or "cluster-pool-v2beta" => Changed("ipam.mode", "kubernetes",
                "prefixes come from each Node's spec.podCIDRs: run kube-controller-manager with --allocate-node-cidrs"),
            "multi-pool" or "crd" or "eni" or "azure" or "alibabacloud" or "delegated-plugin" =>
                Refused("prefixes come from each Node's spec.podCIDRs; those of a cloud or of custom resources are not read"),
            _ => Misspelt(v, "kubernetes", "cluster-pool", "cluster-pool-v2beta", "multi-pool", "crd", "eni", "azure", "alibabacloud", "delegated-plugin"),
        });
        keys.Add("ipam.operator.*", Refused("node prefixes are kube-controller-manager's: its --cluster-cidr and --node-cidr-mask-size"));
        keys.Add("ipam.*", NotServed("prefixes come from each Node's spec.podCIDRs"));
        keys.Add("k8s.requireIPv4PodCIDR", Always("a node waits for its spec.podCIDRs"));
        keys.Add("k8s.requireIPv6PodCIDR", Always("a node waits for its spec.podCIDRs"));
        keys.Add("cni.confPath", As("cni.confDir"));
        keys.Add("cni.exclusive", static v => v.IsOff
            ? Always("the files of other plugins are left alone")
            : Changed("the files of other plugins are left alone; the runtime takes the first by name, so remove those before straum's"));
        keys.AddFeature("cni.chainingMode", "Straum makes pods' devices itself; it joins no chain");
        keys.Add("cni.*", Refused("where plugins lie and how they are installed is the installer's, not straum.yaml's"));
    }

    // In Cilium's words, which are those of the file; Straum's would be no help there.
    private static ImportAnswer Misspelt(ImportValue value, params string[] words) =>
        Refused($"Cilium has {string.Join(" or ", words)} for it, not {(value.Shown is { Length: > 0 } shown ? shown : "''")}"
            + (NearestName.Find(value.Text, words) is { } nearest ? $"; did you mean {nearest}?" : ""));

    /// <summary>Networks that pods reach with their own address.</summary>
    internal static ImportAnswer NonMasquerade(IEnumerable<string> networks, string why) => new(
        ImportVerdict.Changed, "masquerade.nonMasqueradeCIDRs", new ConfigList([.. networks.Select(static n => new ConfigScalar(n, IsPlain: true, 0, 0))], 0, 0), why);

    /// <summary>masqLinkLocal when it is false, which is its default.</summary>
    internal static ImportAnswer NonMasqueradeLinkLocal { get; } =
        NonMasquerade(["169.254.0.0/16"], "written out: Straum masquerades link-local IPv4 destinations unless they are listed");

    private static void AddMasquerading(KeyTable keys)
    {
        keys.Add("enableIPv4Masquerade", As("masquerade.enabled", "one switch for both families"));
        keys.Add("enableIPv6Masquerade", As("masquerade.enabled", "one switch for both families"));
        keys.Add("bpf.masquerade", static v => v.IsOff
            ? Changed("masquerading is always in eBPF; masquerade.enabled switches it off altogether")
            : Always("masquerading is always in eBPF"));
        keys.Add("ipv4NativeRoutingCIDR", NonMasquerade);
        keys.Add("ipv6NativeRoutingCIDR", NonMasquerade);
        keys.Add("nativeRoutingCIDR", NonMasquerade);
        keys.Add("ipMasqAgent.enabled", static v => v.IsOff
            ? Always("off here too")
            : Changed("its list is masquerade.nonMasqueradeCIDRs; no ConfigMap is watched, so what your own one lists belongs there"));
        keys.Add("ipMasqAgent.config.nonMasqueradeCIDRs", NonMasquerade);
        // bpf/ knows no link-local IPv4 destinations: what is not in the list and outside the cluster is masqueraded.
        keys.Add("ipMasqAgent.config.masqLinkLocal", static v => v.IsOff ? NonMasqueradeLinkLocal : Always("link-local IPv4 destinations are masqueraded here too"));
        keys.Add("ipMasqAgent.config.masqLinkLocalIPv6", Always("link-local IPv6 destinations are not routed, so nothing is masqueraded on the way to them"));
        keys.AddFeature("egressMasqueradeInterfaces", "masquerading is for what leaves by routing.devices");
        keys.AddFeature("egressGateway.enabled", "egress gateways are not here yet");
        keys.Add("egressGateway.*", NotServed("egress gateways are not here yet"));

        static ImportAnswer NonMasquerade(ImportValue value) =>
            new(ImportVerdict.Kept, "masquerade.nonMasqueradeCIDRs", value.AsList(), "");
    }

    private static void AddTables(KeyTable keys)
    {
        keys.Add("bpf.ctTcpMax", static v => v.IsOff ? Always("0 takes the default here too") : As("tables.conntrack", "one table for TCP and all else"));
        keys.Add("bpf.ctAnyMax", Changed("there is one flow table, tables.conntrack; size it for both"));
        keys.Add("bpf.natMax", Changed("translations are entries of the flow table, tables.conntrack: a translated flow counts twice"));
        keys.Add("bpf.neighMax", Always("neighbours are the kernel's; there is no table of them"));
        keys.Add("bpf.policyMapMax", NotServed("NetworkPolicy is not enforced yet"));
        keys.Add("bpf.lbMapMax", As("tables.services", "backends and slots have tables of their own"));
        keys.AddFeature("bpf.preallocateMaps", "tables are allocated as the kernel does by default");
        keys.Add("bpf.mapDynamicSizeRatio", Refused("tables have fixed sizes: tables.services, tables.backends, tables.conntrack"));
        keys.Add("bpf.root", Changed("pins are below paths.bpf, /sys/fs/bpf/straum"));
        keys.Add("bpf.autoMount.*", Always("the agent mounts the bpf file system if it is missing"));
        keys.AddFeature("bpf.tproxy", NoL7);
        keys.AddFeature("bpf.vlanBypass", "VLANs are not filtered");
        keys.Add("bpf.hostLegacyRouting", static v => v.IsOff
            ? Always("packets pass the host's stack by")
            : NotServed("packets pass the host's stack by; there is no switch"));
        keys.Add("bpf.lbExternalClusterIP", static v => v.IsOff ? Always("off here too") : NotServed("ClusterIPs are for pods and nodes only"));
        keys.Add("bpf.datapathMode", static v => v.Text switch
        {
            "veth" => Always("pods have veth devices"),
            "netkit" or "netkit-l2" => NotServed("pods have veth devices; netkit is not used yet"),
            _ => Misspelt(v, "veth", "netkit", "netkit-l2"),
        });
        keys.Add("bpf.enableTCX", static v => v.IsOff ? Changed("tcx is used where the kernel has it") : Always("tcx is used where the kernel has it"));
        keys.Add("bpf.monitorAggregation", NotServed(NoFlows));
        keys.Add("bpf.monitorInterval", NotServed(NoFlows));
        keys.Add("bpf.monitorFlags", NotServed(NoFlows));
    }

    private static void AddFeatures(KeyTable keys)
    {
        keys.Add("l7Proxy", static v => v.IsOff ? Always("there is no layer 7 proxy") : NotServed(NoL7));
        keys.Add("envoy.*", NotServed(NoL7));
        keys.AddFeature("gatewayAPI.enabled", "Gateway API objects are not served yet");
        keys.Add("gatewayAPI.*", NotServed("Gateway API objects are not served yet"));
        keys.AddFeature("ingressController.enabled", "Ingress objects are not served yet");
        keys.Add("ingressController.*", NotServed("Ingress objects are not served yet"));
        keys.AddFeature("envoyConfig.enabled", NoL7);
        keys.AddFeature("hubble.enabled", NoFlows);
        keys.AddFeature("hubble.relay.enabled", NoFlows);
        keys.AddFeature("hubble.ui.enabled", NoFlows);
        keys.Add("hubble.*", NotServed(NoFlows));
        keys.AddFeature("encryption.enabled", "traffic between nodes is NOT encrypted by Straum: keep what encrypts it today, or a link that you trust");
        keys.Add("encryption.*", NotServed("traffic between nodes is not encrypted by Straum"));
        keys.Add("policyEnforcementMode", static v => v.Text switch
        {
            "never" => Always("NetworkPolicy is not enforced"),
            "default" or "always" => NotServed("NetworkPolicy is NOT enforced yet: what a policy forbids is reachable"),
            _ => Misspelt(v, "default", "always", "never"),
        });
        keys.AddFeature("hostFirewall.enabled", "there are no policies for hosts");
        keys.AddFeature("authentication.enabled", "there is no mutual authentication");
        keys.AddFeature("bandwidthManager.enabled", "pods' bandwidth annotations are not honoured yet");
        keys.Add("bandwidthManager.bbr", static v => v.IsOff ? Always("off here too") : Changed("pods inherit the node's congestion control: `straum tune plan` has it"));
        keys.AddFeature("clustermesh.useAPIServer", "there is one cluster");
        keys.Add("clustermesh.*", NotServed("there is one cluster"));
        keys.Add("cluster.name", Refused("there is one cluster, and nothing needs its name"));
        keys.Add("cluster.id", static v => v.IsOff ? Always("there is one cluster") : NotServed("there is one cluster"));
        keys.AddFeature("nat46x64Gateway.enabled", "NAT64 is not here yet");
        keys.AddFeature("multicast.enabled", "multicast between nodes is not here yet");
        keys.AddFeature("srv6.enabled", "SRv6 is not here yet");
        keys.AddFeature("sctp.enabled", "SCTP is served per packet, when port and targetPort are the same number");
        keys.AddFeature("wellKnownIdentities.enabled", "there are no identities");
        keys.Add("identityAllocationMode", Refused("there are no identities"));
        keys.Add("dnsProxy.*", NotServed(NoL7));
        keys.Add("prometheus.enabled", static v => v.IsOff ? Always("off here too") : As("metrics.listen", ":9962", "Cilium's default port; the metrics have Straum's names"));
        keys.Add("prometheus.port", static v => v.Text is "9962" ? Always("metrics.listen has it when prometheus.enabled is on") : Changed("the port is a part of metrics.listen: write it there"));
        keys.Add("prometheus.*", NotServed("scraping is by the pods' annotations; there is no ServiceMonitor, and no choice of metrics"));
        keys.Add("dashboards.*", NotServed("there are no dashboards yet"));
        keys.Add("healthChecking", static v => v.IsOff ? Always("nodes do not probe each other") : NotServed("nodes do not probe each other yet"));
        keys.Add("endpointHealthChecking.*", NotServed("nodes do not probe each other yet"));
        keys.Add("healthPort", NotServed("nodes do not probe each other yet"));
        keys.Add("debug.enabled", static v => v.IsOff ? Always("off here too") : As("log.level", "debug", ""));
        keys.Add("debug.*", Refused("the words are Cilium's subsystems; log.level is the one switch"));
        keys.Add("installNoConntrackIptablesRules", Always(NoRules));
        keys.Add("installIptablesRules", Always(NoRules));
        keys.Add("iptablesRandomFully", Always(NoRules));
        keys.Add("ipTracing.*", NotServed(NoFlows));
        keys.Add("sysctlfix.*", Changed("the agent sets what it needs; `straum tune plan` shows the rest"));
        keys.Add("annotateK8sNode", Refused("the Node object is left as it is"));
        keys.Add("ciliumEndpointSlice.*", Refused("there are no CiliumEndpoints"));
        keys.Add("enableCiliumEndpointSlice", Refused("there are no CiliumEndpoints"));
    }

    private static void AddDeployment(KeyTable keys)
    {
        foreach (var group in (string[])
            ["operator", "preflight", "certgen", "nodeinit", "etcd", "spire", "scheduling", "aws", "eni", "azure", "gke", "alibabacloud"])
        {
            keys.Add(group, Refused(NoOperator));
            keys.Add(group + ".*", Refused(group is "operator" ? NoOperator : OwnDeployment));
        }
        foreach (var key in (string[])
            [
                "image", "resources", "tolerations", "nodeSelector", "affinity", "podAnnotations", "podLabels", "annotations", "commonLabels",
                "podSecurityContext", "securityContext", "updateStrategy", "extraArgs", "extraEnv", "extraConfig", "extraVolumes",
                "extraVolumeMounts", "extraContainers", "extraInitContainers", "extraHostPathMounts", "serviceAccounts", "rbac", "tls",
                "imagePullSecrets", "priorityClassName", "terminationGracePeriodSeconds", "rollOutCiliumPods", "upgradeCompatibility",
                "agent", "name", "namespaceOverride", "k8sClientRateLimit", "startupProbe", "livenessProbe", "readinessProbe",
                "monitor", "cleanState", "cleanBpfState", "daemon", "dnsPolicy", "initResources", "crdWaitTimeout", "remoteNodeIdentity",
            ])
        {
            keys.Add(key, Refused(OwnDeployment));
            keys.Add(key + ".*", Refused(OwnDeployment));
        }
    }
}
