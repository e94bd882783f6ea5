using Straum.Linux.Netfilter;

namespace Straum.Doctor.Checks;

public sealed class RulesTests : CheckTest
{
    [Theory]
    [InlineData(100, Verdict.Pass)]
    [InlineData(5_000, Verdict.Warn)]
    [InlineData(20_000, Verdict.Fail)]
    public async Task Iptables_BothKindsCount(int rules, Verdict verdict)
    {
        Host.Own.RuleList.Add(new ChainRules("nftables", "ip", "nat", "KUBE-SERVICES", rules / 2));
        Host.Own.RuleList.Add(new ChainRules("iptables", "ip", "filter", "", rules / 2));
        Host.Own.RuleList.Add(new ChainRules("nftables", "inet", "mine", "input", 900));
        var finding = await FindAsync("ST-RU-001");
        finding.Verdict.ShouldBe(verdict);
        finding.Measured.ShouldContain("in KUBE- chains");
    }

    [Theory]
    [InlineData("nftables", "KUBE-SVC-X", "6,000 rules, 6,000 of them in KUBE- chains; most in ip nat KUBE-SVC-X, 6,000", null)]
    [InlineData("nftables", "BLOCKED", "6,000 rules; most in ip nat BLOCKED, 6,000", "nft list chain ip nat BLOCKED | head ")]
    [InlineData("iptables", "", "6,000 rules; most in ip nat (iptables-legacy), 6,000", "iptables-legacy-save | awk '/^-A/{print $2}' | sort ")]
    public async Task Iptables_Many_NamesWhereMostAre(string backend, string chain, string measured, string? fix)
    {
        Host.Own.RuleList.Add(new ChainRules(backend, "ip", "nat", chain, 6_000));
        (await FindAsync("ST-RU-001")).ShouldSatisfyAllConditions(f => f.Measured.ShouldBe(measured), f => (f.Fix?[..Math.Min(f.Fix.Length, fix?.Length ?? 0)]).ShouldBe(fix));
    }

    [Fact]
    public async Task LongChain_OfNftables_IsNamed()
    {
        Host.Own.RuleList.Add(new ChainRules("nftables", "inet", "mine", "input", 12_000));
        var finding = await FindAsync("ST-RU-002");
        finding.ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(Verdict.Fail), f => f.Subject.ShouldBe("inet mine input"));
    }

    [Fact]
    public async Task LongChain_OfIptables_IsTheOtherChecks()
    {
        Host.Own.RuleList.Add(new ChainRules("nftables", "ip", "filter", "INPUT", 20_000));
        (await FindAsync("ST-RU-002")).Verdict.ShouldBe(Verdict.Pass);
    }

    [Fact]
    public async Task Ipvs_VirtualServers_Warn()
    {
        (await FindAsync("ST-RU-003")).Verdict.ShouldBe(Verdict.Skip);
        const string Head = "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n";
        Host.Files["/proc/net/ip_vs"] = [Head];
        (await FindAsync("ST-RU-003")).Verdict.ShouldBe(Verdict.Pass);
        Host.Files["/proc/net/ip_vs"] = [Head + "TCP  0A600001:01BB rr\n  -> AC1E0001:192B      Masq    1      0          0\nUDP  0A60000A:0035 rr\n"];
        await ShouldBeAsync("ST-RU-003", Verdict.Warn, "2 virtual servers");
    }

    [Theory]
    [InlineData("iptables", Verdict.Warn)]
    [InlineData("ipvs", Verdict.Warn)]
    [InlineData("nftables", Verdict.Pass)]
    public async Task KubeProxy_SaysItsMode(string mode, Verdict verdict)
    {
        Host.Pages["http://127.0.0.1:10249/proxyMode"] = [mode];
        (await FindAsync("ST-RU-004")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task Leftovers_BesideTheAgent_Warn()
    {
        Host.Own.RuleList.Add(new ChainRules("nftables", "ip", "nat", "KUBE-SVC-ABC", 3));
        (await FindAsync("ST-RU-005")).Verdict.ShouldBe(Verdict.Skip);
        Host.AgentReports["status"] = "{}";
        await ShouldBeAsync("ST-RU-005", Verdict.Warn, "3 rules of kube-proxy");
    }
}
