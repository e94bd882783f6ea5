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
        Threshold: "warn at 5,000, fail at 20,000 rules, IPv4 and IPv6 and both kinds of tables together; the chain with most of them is named",
        Source: "counted by nfnetlink and getsockopt, not with iptables-save; kubernetes/enhancements, KEP-3866 nftables-proxy, on the cost of many rules",
        Fix: "let Straum translate Services, then the fixes of ST-RU-004 and ST-RU-005");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var rules = host.Network.Rules.Where(IsIptables).ToList();
        var count = rules.Sum(static r => r.Count);
        var kubernetes = rules.Where(static r => r.Chain.StartsWith("KUBE-", StringComparison.Ordinal)).Sum(static r => r.Count);
        var measured = $"{Figure.Count(count, "rule")}{(kubernetes > 0 ? $", {Figure.Count(kubernetes)} of them in KUBE- chains" : "")}";
        if (count < WarnCount)
        {
            return One(Finding.Pass(measured));
        }
        var longest = rules.MaxBy(static r => r.Count)!;
        var place = longest.Chain is "" ? $"{longest.Family} {longest.Table} (iptables-legacy)" : $"{longest.Family} {longest.Table} {longest.Chain}";
        return One(new Finding(
            count >= FailCount ? Verdict.Fail : Verdict.Warn, $"{measured}; most in {place}, {Figure.Count(longest.Count)}",
            Fix: kubernetes * 2 >= count ? null : FixOf(longest)));
    }

    /// <summary>Rules that are not kube-proxy's, or of which only the table is known.</summary>
    private static string FixOf(ChainRules longest)
    {
        const string Advice = "find who writes it, and let it use a set (ipset)";
        var legacy = longest.Family switch { "ip6" => "ip6tables-legacy-save", "arp" => "arptables-legacy-save", _ => "iptables-legacy-save" };
        return longest.Chain is not "" ? $"nft list chain {longest.Family} {longest.Table} {longest.Chain} | head   # {Advice}"
            : $"{legacy} | awk '/^-A/{{print $2}}' | sort | uniq -c | sort -rn | head   # the longest chains: kube-proxy's (KUBE-) go with ST-RU-005; of another {Advice}";
    }

    /// <summary>iptables-nft writes to nftables, into tables of the old names.</summary>
    internal static bool IsIptables(ChainRules rules) =>
        rules.Backend == "iptables"
        || (rules.Family is "ip" or "ip6" or "arp" && rules.Table is "filter" or "nat" or "mangle" or "raw" or "security");
}
