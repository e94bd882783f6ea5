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
    private const string OwnEnds = "kube-proxy's own endpoint";
    private const string Tune = "the kernel's connection tracking is sized by `straum tune`; Straum's own flow table is tables.conntrack";

    private static readonly KeyTable Keys = CreateKeys();

    public string Name => "kube-proxy";

    public string Description => "a " + Kind;

    public bool Recognises(ImportSource source) => source.Text.Contains("kind: " + Kind, StringComparison.Ordinal);

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

    private static IReadOnlyList<(ConfigNode Root, int Line)> Documents(ImportSource source) => Parse(source, source.Text);

    private static IReadOnlyList<(ConfigNode Root, int Line)> Parse(ImportSource source, string text)
    {
        try
        {
            return ConfigText.ParseAll(text);
        }
        catch (ConfigSyntaxException e)
        {
            throw new ImportException(source.File, e.Line, e.Message);
        }
    }

    private static KeyTable CreateKeys()
    {
        var keys = new KeyTable();
        keys.Add("apiVersion", Always("names the format"));
        keys.Add("kind", Always("names the format"));
        keys.Add("mode", static v => Changed(v.Text switch
        {
            "ipvs" => "eBPF tables take the place of IPVS (deprecated since Kubernetes 1.35, KEP-5495); lookup costs the same for any number of Services",
            "nftables" => "eBPF tables take the place of nftables rules",
            "kernelspace" => "Straum runs on Linux",
            _ => "eBPF tables take the place of iptables rules",
        }));
        AddIpvs(keys);
        AddConntrack(keys);
        keys.Add("clusterCIDR", Always("which addresses are pods' is known from the nodes' spec.podCIDRs"));
        keys.Add("detectLocalMode", Always("which packets are from this node's pods is known from their devices"));
        keys.Add("detectLocal.*", Always("which packets are from this node's pods is known from their devices"));
        keys.Add("hostnameOverride", static v => v.IsOff ? Always("the host name is the default here too") : As("node.name"));
        keys.Add("nodePortAddresses", static v => v.IsOff ? Always("off here too") : NotServed("NodePorts are not served yet"));
        keys.Add("portRange", static v => v.IsOff ? Always("unused since Kubernetes 1.27") : Refused("unused since Kubernetes 1.27"));
        keys.Add("bindAddress", Changed("there is nothing to bind: Services are served in eBPF on every address of the node"));
        keys.Add("bindAddressHardFail", Always("the agent ends when it cannot listen"));
        keys.AddFeature("healthzBindAddress", "the health check port for load balancers is not served yet");
        keys.Add("metricsBindAddress", static v => v.IsOff ? Always("off here unless metrics.listen is set") : As("metrics.listen", "the metrics have Straum's names"));
        keys.Add("enableProfiling", static v => v.IsOff ? Always("off here too") : Refused(OwnEnds));
        keys.Add("clientConnection.kubeconfig", static v => v.IsOff
            ? Always("the service account is the default here too")
            : Refused("kube-proxy's own identity; give the agent one of its own, kubernetes.kubeconfig"));
        keys.Add("clientConnection.*", Always("the agent has one list and one watch per kind, and needs no limit"));
        keys.Add("configSyncPeriod", Always("changes are followed by watches, and written at once"));
        keys.Add("featureGates", static v => v.IsOff ? Always("none here too") : Refused("gates of kube-proxy's own code"));
        keys.Add("featureGates.*", Refused("a gate of kube-proxy's own code"));
        keys.Add("logging.verbosity", static v => int.TryParse(v.Text, out var level) && level >= 4
            ? Changed("log.level", "debug", "from 4 on kube-proxy logs what Straum calls debug")
            : Always("info is the default"));
        keys.Add("logging.*", Refused("the format of kube-proxy's own log"));
        keys.Add("oomScoreAdj", Refused("belongs to the unit or pod that the agent runs in"));
        keys.Add("showHiddenMetricsForVersion", Refused("kube-proxy's own metrics"));
        keys.Add("windowsRunAsService", Refused("Straum runs on Linux"));
        keys.Add("winkernel.*", Refused("Straum runs on Linux"));
        keys.Add("iptables.localhostNodePorts", NotServed("NodePorts are not served yet"));
        keys.AddFeature("iptables.masqueradeAll", "clients of a Service keep their address, unless that would break the answer");
        keys.Add("iptables.*", Changed(NoRules));
        keys.AddFeature("nftables.masqueradeAll", "clients of a Service keep their address, unless that would break the answer");
        keys.Add("nftables.*", Changed(NoRules));
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
        keys.Add("ipvs.*", Changed(NoIpvs));
    }

    private static ImportAnswer Scheduler(ImportValue value, string note) => value.Text switch
    {
        "" or "rr" => Changed(note + "each connection goes to an endpoint chosen at random, which spreads as evenly as taking turns does"),
        _ => NotServed($"{note}endpoints are chosen at random; {value.Text} is not here yet"),
    };

    private static void AddConntrack(KeyTable keys)
    {
        keys.Add("conntrack.maxPerCore", static v => v.Text is "" or "32768"
            ? Changed($"{Tune}, which has the same floor of 32768 per core")
            : Changed(Tune));
        keys.Add("conntrack.min", static v => v.Text is "" or "131072" ? Changed($"{Tune}, which has the same floor of 131072") : Changed(Tune));
        keys.Add("conntrack.tcpEstablishedTimeout", Changed(Tune));
        keys.Add("conntrack.tcpCloseWaitTimeout", Changed("Services do not pass the kernel's connection tracking"));
        keys.Add("conntrack.tcpBeLiberal", Always("flows are not dropped for their sequence numbers"));
        keys.Add("conntrack.udpTimeout", Changed("Services do not pass the kernel's connection tracking"));
        keys.Add("conntrack.udpStreamTimeout", Changed("Services do not pass the kernel's connection tracking"));
        keys.Add("conntrack.max", Refused("retired from kube-proxy itself; see `straum tune`"));
    }
}
