using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;
using Straum.Linux.Netfilter;

namespace Straum.Doctor.Checks.Rules;

/// <summary>Rules that are walked one after the other.</summary>
internal sealed class IptablesRules : Check
{
    private const int WarnCount = 5_000, FailCount = 20_000;

    public override string Id => "ST-RU-001";

    public override string Title => "there are few iptables rules";

    public override CheckGroup Group => CheckGroup.Rules;

    public override Explanation Explanation { get; } = new(
        Why: "A packet is compared with iptables rules one by one, and every change writes the whole table anew under a lock. kube-proxy's iptables mode has about eight rules for each Service and endpoint.",
        Threshold: "warn at 5,000, fail at 20,000 rules, IPv4 and IPv6 and both kinds of tables together",
        Source: "counted by nfnetlink and getsockopt, not with iptables-save; kubernetes/enhancements, KEP-3866 nftables-proxy, on the cost of many rules",
        Fix: "let Straum translate Services, then the fixes of ST-RU-004 and ST-RU-005");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var rules = host.Network.Rules.Where(IsIptables).ToList();
        var count = rules.Sum(static r => r.Count);
        var kubernetes = rules.Where(static r => r.Chain.StartsWith("KUBE-", StringComparison.Ordinal)).Sum(static r => r.Count);
        var measured = $"{Figure.Count(count)} rules{(kubernetes > 0 ? $", {Figure.Count(kubernetes)} of them in KUBE- chains" : "")}";
        return One(count >= FailCount ? Finding.Fail(measured) : count >= WarnCount ? Finding.Warn(measured) : Finding.Pass(measured));
    }

    /// <summary>iptables-nft writes to nftables, into tables of the old names.</summary>
    internal static bool IsIptables(ChainRules rules) =>
        rules.Backend == "iptables"
        || (rules.Family is "ip" or "ip6" or "arp" && rules.Table is "filter" or "nat" or "mangle" or "raw" or "security");
}
