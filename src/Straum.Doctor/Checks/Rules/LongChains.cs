using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Rules;

/// <summary>nftables is fast by its sets and maps; a long chain is iptables again.</summary>
internal sealed class LongChains : Check
{
    private const int WarnCount = 1_000, FailCount = 10_000;

    public override string Id => "ST-RU-002";

    public override string Title => "no nftables chain is long";

    public override CheckGroup Group => CheckGroup.Rules;

    public override Explanation Explanation { get; } = new(
        Why: "nftables finds an element of a map at once however large it is, but walks the rules of one chain in order. What matters is the longest chain, not the number of rules.",
        Threshold: "warn at 1,000, fail at 10,000 rules in one chain of a table that is not iptables'",
        Source: "counted by nfnetlink; the thresholds are a twentieth of what iptables shows in latency, bench/",
        Fix: "nft list chain FAMILY TABLE CHAIN | head   # find who writes it, and let it use a set or a map");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var own = host.Network.Rules.Where(static r => r.Backend == "nftables" && !IptablesRules.IsIptables(r)).ToList();
        var wrong = own.Where(static r => r.Count >= WarnCount).Select(static r => new Finding(
            r.Count >= FailCount ? Verdict.Fail : Verdict.Warn, Figure.Count(r.Count, "rule"), $"{r.Family} {r.Table} {r.Chain}",
            $"nft list chain {r.Family} {r.Table} {r.Chain} | head")).ToList();
        return Task.FromResult(Several(wrong, Finding.Pass(own.Count == 0 ? "no rules" : $"at most {Figure.Count(own.Max(static r => r.Count), "rule")} in one of {Figure.Count(own.Count, "chain")}")));
    }
}
