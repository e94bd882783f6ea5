using Straum.Doctor.Checks.Cluster;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Rules;

/// <summary>Rules that kube-proxy left when it went.</summary>
internal sealed class KubeProxyLeftovers : Check
{
    // What kube-proxy alone makes. KUBE-MARK-MASQ with KUBE-POSTROUTING, which does what the mark says, are the kubelet's too before 1.28,
    // and CNI's portmap marks by them (externalSetMarkChain); they do nothing by themselves. The kubelet's own are KUBE-FIREWALL,
    // KUBE-KUBELET-CANARY, KUBE-IPTABLES-HINT and KUBE-MARK-DROP (pkg/kubelet/kubelet_network_linux.go).
    private const string Chains = "^KUBE-((SVC|SVL|SEP|FW|EXT|XLB)-|(SERVICES|EXTERNAL-SERVICES|NODEPORTS|FORWARD|PROXY-FIREWALL|PROXY-CANARY"
        + "|LOAD-BALANCER|NODE-PORT|SOURCE-RANGES-FIREWALL|IPVS-FILTER|IPVS-OUT-FILTER)$)";

    // From what iptables-save prints, lines for iptables-restore --noflush, which does a table in one step and leaves all other rules
    // alone: the jumps of others' chains to its chains go, its chains are emptied (:NAME) and removed.
    private const string Removal = "/^[*]/{x=\"\";print} /^:/&&substr($1,2)~k{print;x=x\"-X \"substr($1,2)\"\\n\"} /^-A/&&$NF~k&&$2!~k{sub(/^-A/,\"-D\");print} /^COMMIT/{printf \"%s\",x;print}";

    public override string Id => "ST-RU-005";

    public override string Title => "nobody else translates Services";

    public override CheckGroup Group => CheckGroup.Rules;

    public override Explanation Explanation { get; } = new(
        Why: "kube-proxy leaves its rules when it ends. They go on translating, to endpoints that may be long gone, whatever Straum does not catch before them.",
        Threshold: "warn when an agent runs and chains of kube-proxy (KUBE-SVC-, KUBE-SEP-, table kube-proxy) have rules",
        Source: "chain names: kubernetes/kubernetes, pkg/proxy/iptables/proxier.go and pkg/proxy/nftables/proxier.go",
        Fix: "for t in iptables ip6tables iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft; do command -v $t-save >/dev/null || continue; "
            + $"$t-save | awk -v k='{Chains}' '{Removal}' | $t-restore --noflush; done; "
            + "nft list tables 2>/dev/null | grep ' kube-proxy$' | xargs -rn3 nft delete   # when no kube-proxy runs here any more: it would write them again");

    public override bool BeforeInstall => false;

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (await AgentReport.AskAsync(host, "status", stop).ConfigureAwait(false) is null)
        {
            return [AgentReport.NoAgent(host)];
        }
        var count = host.Network.Rules.Where(static r => r.Table == "kube-proxy"
            || r.Chain.StartsWith("KUBE-SVC-", StringComparison.Ordinal) || r.Chain.StartsWith("KUBE-SEP-", StringComparison.Ordinal)).Sum(static r => r.Count);
        return [count > 0 ? Finding.Warn($"{Figure.Count(count, "rule")} of kube-proxy") : Finding.Pass("no rules of kube-proxy")];
    }
}
