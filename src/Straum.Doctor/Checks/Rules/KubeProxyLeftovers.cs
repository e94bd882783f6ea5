using Straum.Doctor.Checks.Cluster;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Rules;

/// <summary>Rules that kube-proxy left when it went.</summary>
internal sealed class KubeProxyLeftovers : Check
{
    public override string Id => "ST-RU-005";

    public override string Title => "nobody else translates Services";

    public override CheckGroup Group => CheckGroup.Rules;

    public override Explanation Explanation { get; } = new(
        Why: "kube-proxy leaves its rules when it ends. They go on translating, to endpoints that may be long gone, whatever Straum does not catch before them.",
        Threshold: "warn when an agent runs and chains of kube-proxy (KUBE-SVC-, KUBE-SEP-, table kube-proxy) have rules",
        Source: "chain names: kubernetes/kubernetes, pkg/proxy/iptables/proxier.go and pkg/proxy/nftables/proxier.go",
        Fix: "kube-proxy --cleanup   # or: iptables-save | grep -v KUBE- | iptables-restore, and: nft delete table ip kube-proxy");

    public override bool BeforeInstall => false;

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (await AgentReport.AskAsync(host, "status", stop).ConfigureAwait(false) is null)
        {
            return [AgentReport.NoAgent(host)];
        }
        var count = host.Network.Rules.Where(static r => r.Table == "kube-proxy"
            || r.Chain.StartsWith("KUBE-SVC-", StringComparison.Ordinal) || r.Chain.StartsWith("KUBE-SEP-", StringComparison.Ordinal)).Sum(static r => r.Count);
        return [count > 0 ? Finding.Warn($"{Figure.Count(count)} rules of kube-proxy") : Finding.Pass("no rules of kube-proxy")];
    }
}
