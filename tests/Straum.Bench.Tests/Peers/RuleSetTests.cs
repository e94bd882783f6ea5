namespace Straum.Bench.Peers;

public sealed class RuleSetTests
{
    private static readonly PeerService[] Two =
    [
        new(1, "10.96.0.11", 80, ["10.245.1.2", "10.245.1.3"], 7001),
        new(2, "10.96.0.12", 80, ["10.245.1.2", "10.245.1.3", "10.245.1.4"], 7002),
    ];

    [Fact]
    public void Iptables_EveryChainThatIsJumpedTo_IsDeclared()
    {
        var text = IptablesRules.Write(Two, "10.245.0.0/16");

        var declared = Lines(text, ":KUBE-").Select(static l => l[1..].Split(' ')[0]).ToHashSet();
        var jumped = text.Split('\n').Where(static l => l.Contains("-j KUBE-")).Select(static l => l.Split("-j ")[1].Split(' ')[0]);
        jumped.Except(declared).ShouldBeEmpty();
    }

    [Fact]
    public void Iptables_TheDie_GivesEachOfThreeEndpointsAThird()
    {
        var text = IptablesRules.Write(Two, "10.245.0.0/16");

        text.ShouldContain("--probability 0.33333333333 -j KUBE-SEP-0000000000002000");
        text.ShouldContain("--probability 0.50000000000 -j KUBE-SEP-0000000000002001");
        text.ShouldContain("-> 10.245.1.4:7002\" -j KUBE-SEP-0000000000002002");
    }

    [Fact]
    public void Nftables_OneElementPerService_LeadsToItsChain()
    {
        var text = NftablesRules.Write(Two, "10.245.0.0/16");

        text.ShouldContain("10.96.0.12 . tcp . 80 : goto service-2-svc/tcp/http");
        text.ShouldContain("chain service-2-svc/tcp/http {");
        text.ShouldContain("numgen random mod 3 vmap {");
    }

    private static IEnumerable<string> Lines(string text, string prefix) => text.Split('\n').Where(l => l.StartsWith(prefix, StringComparison.Ordinal));
}
