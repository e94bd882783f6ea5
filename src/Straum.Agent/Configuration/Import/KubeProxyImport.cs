using Straum.Agent.Configuration.Yaml;
using static Straum.Agent.Configuration.Import.ImportAnswer;

namespace Straum.Agent.Configuration.Import;

/// <summary>
/// KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1): alone, as one document of a kubeadm configuration, or in
/// kube-proxy's ConfigMap under config.conf.
/// </summary>
internal sealed class KubeProxyImport : IImportFormat
{
    private const string Kind = "KubeProxyConfiguration";
    private const string ConfigMapKey = "config.conf";
    private const string NoRules = "Straum writes no iptables or nftables rule";
    private const string NoIpvs = "Straum makes no IPVS table";
    private const string NoNodePorts = "NodePorts are not served yet";
    private const string NoHealthCheck = "the health check port for load balancers is not served yet";
    private const string NoMetrics = "Straum listens nowhere unless metrics.listen says where";
    private const string OwnEnds = "kube-proxy's own endpoint";
    private const string KubeadmsKubeconfig = "/var/lib/kube-proxy/kubeconfig.conf";
    private const string Tune = "the kernel's connection tracking is sized by `straum tune`; Straum's own flow table is tables.conntrack";

    private static readonly KeyTable Keys = CreateKeys();

    /// <summary>What kube-proxy does by itself and Straum does not.</summary>
    private static readonly (string Key, string Value, ImportAnswer Answer)[] Defaults =
    [
        ("nodePortAddresses", "all", NotServed(NoNodePorts)),
        ("healthzBindAddress", "0.0.0.0:10256", NotServed(NoHealthCheck)),
        ("metricsBindAddress", "127.0.0.1:10249", Changed(NoMetrics)),
    ];

    public string Name => "kube-proxy";

    public string Description => "a " + Kind;

    public ImportDoubt? Doubt(ImportSource source) =>
        source.Text.Contains("kind: " + Kind, StringComparison.Ordinal) ? null : new ImportDoubt(0, $"no 'kind: {Kind}' in it");

    public void Read(ImportSource source, IReadOnlyList<ImportSource> all, ImportDraft draft)
    {
        var found = false;
        foreach (var (root, line) in Documents(source))
        {
            if (ConfigMapText.IsConfigMap(root) && ConfigMapText.Find(root, source.Text, ConfigMapKey) is { } embedded)
            {
                found |= ReadDocument(Parse(source, embedded.Text) is [var (inner, _)] ? inner : null, embedded.Place);
            }
            else if (!ReadDocument(root, static (l, c) => (l, c)))
            {
                var kind = (root as ConfigGroup)?.Find("kind") is ConfigScalar name ? name.Text : "no kind";
                draft.Add(source, new ImportValue("document", new ConfigScalar(kind, IsPlain: true, line, 1), line),
                    Refused($"only a {Kind} is read here"));
            }
            else
            {
                found = true;
            }
        }
        if (!found)
        {
            throw new ImportException(source.File, 0, $"no {Kind} in it");
        }
        if (ReferenceEquals(source, all[^1]))
        {
            AddDefaults(all, draft);
        }

        bool ReadDocument(ConfigNode? root, Place place)
        {
            if (root is not ConfigGroup group || group.Find("kind") is not ConfigScalar { Text: Kind })
            {
                return false;
            }
            Keys.Read(group, source, draft, place, static _ => null);
            return true;
        }
    }

    // kubeadm writes keys without a value, which is as good as not writing them.
    private static void AddDefaults(IReadOnlyList<ImportSource> all, ImportDraft draft)
    {
        foreach (var (key, value, answer) in Defaults)
        {
            if (!draft.Findings.Any(f => f.Key == key && f.Value is not ("" or "null" or "~" or "[]") && all.Any(s => s.File == f.File)))
            {
                draft.Add(all[^1], new ImportValue(key, new ConfigScalar(value, IsPlain: true, 0, 0), 0), answer with { Why = $"kube-proxy's default, written out: {answer.Why}" });
            }
        }
    }

    private static IReadOnlyList<(ConfigNode Root, int Line)> Documents(ImportSource source) => Parse(source, source.Text);

    private static IReadOnlyList<(ConfigNode Root, int Line)> Parse(ImportSource source, string text)
    {
        try
        {
            return ConfigText.ParseAll(text);
        }
        catch (ConfigSyntaxException e)
        {
            throw new ImportException(source.File, e.Line, Templates.Explain(text, e));
        }
    }

    private static KeyTable CreateKeys()
    {
        var keys = new KeyTable();
        keys.Add("apiVersion", Always("names the format"));
        keys.Add("kind", Always("names the format"));
        keys.Add("mode", static v => v.Shown switch
        {
            "" or "iptables" => Changed("eBPF tables take the place of iptables rules"),
            "ipvs" => Changed("eBPF tables take the place of IPVS (deprecated since Kubernetes 1.35, KEP-5495); lookup costs the same for any number of Services"),
            "nftables" => Changed("eBPF tables take the place of nftables rules"),
            "userspace" => Changed("the word was retired with Kubernetes 1.26; eBPF tables take the place of that proxy"),
            "kernelspace" => Refused("Straum runs on Linux"),
            _ => Misspelt("kube-proxy", v, "iptables", "ipvs", "nftables", "kernelspace"),
        });
        AddIpvs(keys);
        AddConntrack(keys);
        keys.Add("clusterCIDR", Always("which addresses are pods' is known from the nodes' spec.podCIDRs"));
        keys.Add("detectLocalMode", Always("which packets are from this node's pods is known from their devices"));
        foreach (var key in (string[])["detectLocal.bridgeInterface", "detectLocal.interfaceNamePrefix"])
        {
            keys.Add(key, Always("which packets are from this node's pods is known from their devices"));
        }
        keys.Add("hostnameOverride", static v => v.Shown is "" ? Always("the host name is the default here too") : As("node.name"));
        keys.Add("nodePortAddresses", static v => v.IsOff ? Always("nothing is written here") : NotServed(NoNodePorts));
        keys.AddForeign("udpIdleTimeout", "retired from kube-proxy itself");
        keys.Add("portRange", static v => v.IsOff ? Always("unused since Kubernetes 1.27") : Refused("unused since Kubernetes 1.27"));
        keys.Add("bindAddress", Changed("there is nothing to bind: Services are served in eBPF on every address of the node"));
        keys.Add("bindAddressHardFail", static v => v.IsOff ? Changed("the agent ends when it cannot listen") : Always("the agent ends when it cannot listen"));
        keys.Add("healthzBindAddress", static v => v.Shown is "" ? Always("nothing is written here") : NotServed(NoHealthCheck));
        keys.Add("metricsBindAddress", static v => v.Shown is ""
            ? Always("nothing is written here")
            : As("metrics.listen", "the metrics have Straum's names"));
        keys.Add("enableProfiling", static v => v.IsOff ? Always("off here too") : Refused(OwnEnds));
        keys.Add("clientConnection.kubeconfig", static v => v.Shown is ""
            ? Always("the service account is the default here too")
            : v.Text is KubeadmsKubeconfig ? Changed("kubeadm's, which is the service account of kube-proxy's pods; the agent's is its own pod's")
            : Refused("kube-proxy's own identity; give the agent one of its own, kubernetes.kubeconfig"));
        foreach (var key in (string[])["acceptContentTypes", "contentType", "qps", "burst"])
        {
            keys.Add("clientConnection." + key, Always("the agent has one list and one watch per kind, and needs no limit"));
        }
        keys.Add("configSyncPeriod", Always("changes are followed by watches, and written at once"));
        keys.Add("featureGates.*", static v => v.IsOff ? Always("off here too") : Refused("a gate of kube-proxy's own code"));
        keys.Add("logging.verbosity", static v => int.TryParse(v.Text, out var level) && level >= 4
            ? Changed("log.level", "debug", "from 4 on kube-proxy logs what Straum calls debug")
            : Always("info is the default"));
        keys.Add("logging.format", static v => v.Shown is "" or "text" ? Always("text is the form of Straum's log, too") : Refused("the log is text"));
        keys.Add("logging.flushFrequency", Always("lines are written at once"));
        keys.AddForeign("logging.vmodule", "names files of kube-proxy's own code; log.level is the one switch");
        keys.Add("logging.options.*", static v => v.IsOff || v.Text is "0s" ? Always("asks for nothing") : Refused("the log is text, written at once"));
        keys.Add("oomScoreAdj", static v => v.Shown is "" ? Always("nothing is written here")
            : v.Text is "0" or "-999" ? Changed("the default; the agent's is that of the unit or pod that it runs in")
            : Refused("belongs to the unit or pod that the agent runs in"));
        keys.AddForeign("showHiddenMetricsForVersion", "kube-proxy's own metrics");
        keys.AddForeign("windowsRunAsService", "Straum runs on Linux");
        foreach (var key in (string[])["networkName", "sourceVip", "enableDSR", "rootHnsEndpointName", "forwardHealthCheckVip"])
        {
            keys.AddForeign("winkernel." + key, "Straum runs on Linux");
        }
        keys.AddFeature("iptables.localhostNodePorts", NoNodePorts);
        keys.Add("iptables.snatNodeInternalIP", static v => v.IsOff ? Changed("what is masqueraded gets the node's InternalIP") : Always("what is masqueraded gets the node's InternalIP"));
        foreach (var mode in (string[])["iptables", "nftables"])
        {
            keys.AddFeature(mode + ".masqueradeAll", "clients of a Service keep their address, unless that would break the answer");
            foreach (var key in (string[])["masqueradeBit", "syncPeriod", "minSyncPeriod"])
            {
                keys.Add($"{mode}.{key}", Changed(NoRules));
            }
        }
        return keys;
    }

    private static void AddIpvs(KeyTable keys)
    {
        keys.Add("ipvs.scheduler", static v => Scheduler(v, ""));
        // A slip that has spread: the kernel's word for it, which kube-proxy refuses in strict decoding and otherwise ignores.
        keys.Add("ipvs.sched", static v => Scheduler(v, "kube-proxy's key is ipvs.scheduler and it ignores this one; read as that: "));
        keys.Add("ipvs.strictARP", static v => v.IsOff
            ? Changed("nodes never answer ARP for a Service's address: it is on no device")
            : Always("nodes never answer ARP for a Service's address: it is on no device"));
        foreach (var timeout in (string[])["ipvs.tcpTimeout", "ipvs.tcpFinTimeout", "ipvs.udpTimeout"])
        {
            keys.Add(timeout, static v => v.Text.TrimStart('0') is "" or "s" ? Always("0 leaves the default, here too") : NotServed("the flow table's timeouts are fixed"));
        }
        keys.AddFeature("ipvs.excludeCIDRs", NoIpvs);
        keys.Add("ipvs.syncPeriod", Changed(NoIpvs));
        keys.Add("ipvs.minSyncPeriod", Changed(NoIpvs));
    }

    private static ImportAnswer Scheduler(ImportValue value, string note) => value.Text switch
    {
        "" or "rr" => Changed(note + "each connection goes to an endpoint chosen at random, which spreads as evenly as taking turns does"),
        _ => NotServed($"{note}endpoints are chosen at random; {value.Text} is not here yet"),
    };

    private static void AddConntrack(KeyTable keys)
    {
        keys.Add("conntrack.maxPerCore", static v => v.Text switch
        {
            "0" => Always($"0 leaves the limit alone, as the agent does; {Tune}"),
            "" or "32768" => Changed($"{Tune}, which has the same floor of 32768 per core"),
            _ => Changed(Tune),
        });
        keys.Add("conntrack.min", static v => v.Shown is "" or "131072" ? Changed($"{Tune}, which has the same floor of 131072") : Changed(Tune));
        keys.Add("conntrack.tcpEstablishedTimeout", Changed(Tune));
        keys.Add("conntrack.tcpCloseWaitTimeout", Changed("Services do not pass the kernel's connection tracking"));
        keys.Add("conntrack.tcpBeLiberal", Always("flows are not dropped for their sequence numbers"));
        keys.Add("conntrack.udpTimeout", Changed("Services do not pass the kernel's connection tracking"));
        keys.Add("conntrack.udpStreamTimeout", Changed("Services do not pass the kernel's connection tracking"));
        keys.Add("conntrack.max", Refused("retired from kube-proxy itself; see `straum tune`"));
    }
}
