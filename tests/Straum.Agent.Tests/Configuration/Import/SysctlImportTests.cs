using Straum.Agent.Configuration.Import;
using Straum.Control.Tuning;

namespace Straum.Agent.Tests.Configuration.Import;

public sealed class SysctlImportTests
{
    [Fact]
    public void Import_SettingsOfTheNamespace_ReachPodsAndOthersStayOnTheHost()
    {
        var result = Fixture.Import(Fixture.Read("sysctl-1.conf"));

        Fixture.Options(result).Pods.Sysctls.ShouldBe([new PodSetting("net.core.somaxconn", "32768"), new PodSetting("net.ipv4.tcp_tw_reuse", "1")]);
        foreach (var key in (string[])["net.netfilter.nf_conntrack_max", "net.core.rmem_max", "net.core.wmem_max"])
        {
            result.Of(key).ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(ImportVerdict.Kept), f => f.Becomes.ShouldBeNull(), f => f.Why.ShouldContain("host"));
        }
    }

    [Fact]
    public void Import_KeyThatNoKernelHas_IsRefusedWithTheModernOne()
    {
        var result = Fixture.Import(Fixture.Read("sysctl-2.conf"));

        result.Of("net.ipv4.netfilter.ip_conntrack_expect_max").ShouldSatisfyAllConditions(
            f => f.Verdict.ShouldBe(ImportVerdict.Refused),
            f => f.Where.ShouldBe("sysctl-2.conf:3"),
            f => f.Why.ShouldContain("net.netfilter.nf_conntrack_expect_max"));
        result.Of("net.netfilter.nf_conntrack_max").Why.ShouldContain("32768 per core");
        result.Of("net.ipv4.ip_local_port_range").Becomes.ShouldBe("pods.sysctls: [net.ipv4.ip_local_port_range=1024 65535]");
        result.Findings.Count.ShouldBe(7);
    }

    [Fact]
    public void Import_ListWithCommas_SurvivesTheFile() =>
        Fixture.Options(Fixture.Import("net.ipv4.ip_local_reserved_ports=8080,9090-9100\n")).Pods.Sysctls
            .ShouldBe([new PodSetting("net.ipv4.ip_local_reserved_ports", "8080,9090-9100")]);

    [Fact]
    public void Import_OneKeyTwiceInAFile_KeepsTheLastAsTheKernelDoes()
    {
        var result = Fixture.Import("net.ipv4.tcp_fin_timeout=15\nnet.ipv4.tcp_fin_timeout=20\nnet.core.somaxconn=1024\n");

        Fixture.Options(result).Pods.Sysctls.Select(static s => s.ToString()).ShouldBe(["net.ipv4.tcp_fin_timeout=20", "net.core.somaxconn=1024"]);
        result.Findings[0].ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(ImportVerdict.Refused), f => f.Why.ShouldContain("line 2"));
    }

    [Fact]
    public void Import_OneKeyInTwoFiles_KeepsTheFirstAndSaysSo()
    {
        var result = Fixture.Import(new ImportSource("a.conf", "net.core.somaxconn=1024\n"), new ImportSource("b.conf", "net.core.somaxconn=2048\n"));

        Fixture.Options(result).Pods.Sysctls.Select(static s => s.ToString()).ShouldBe(["net.core.somaxconn=1024"]);
        result.Findings[1].Verdict.ShouldBe(ImportVerdict.Refused);
    }

    [Fact]
    public void Import_PatternOverKeysOfPods_SaysWhatToWrite() =>
        Fixture.Import("net.ipv4.tcp_keepalive_* = 60\n").Findings.ShouldHaveSingleItem().Why.ShouldContain("net.ipv4.tcp_keepalive_intvl");

    [Fact]
    public void Import_KeyExemptedFromPatterns_HasALine()
    {
        var result = Fixture.Import("kernel.sysrq = 0\n-net.ipv4.conf.eth0.rp_filter\n");

        result.Of("net.ipv4.conf.eth0.rp_filter").ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(ImportVerdict.Kept), f => f.Line.ShouldBe(2));
    }

    [Theory]
    [InlineData("net.ipv4.ip_forward = 1", ImportVerdict.Kept)]
    [InlineData("net.ipv4.ip_forward = 0", ImportVerdict.Refused)]
    [InlineData("-net/core/somaxconn = 1000", ImportVerdict.Kept)]
    [InlineData("net.bridge.bridge-nf-call-iptables = 1", ImportVerdict.Refused)]
    [InlineData("vm.swappiness = 0", ImportVerdict.Kept)]
    [InlineData("net.core.somaxcon = 1", ImportVerdict.Unknown)]
    [InlineData("nte.core.somaxconn = 1", ImportVerdict.Unknown)]
    [InlineData("; a comment\n# another\n  vm.swappiness = 0", ImportVerdict.Kept)]
    [InlineData("net.ipv4.tcp_keepalive_* = 60", ImportVerdict.Refused)]
    [InlineData("net.ipv4.conf.*.forwarding = 0", ImportVerdict.Unknown)]
    [InlineData("kernel.*_ratelimit = 5", ImportVerdict.Kept)]
    [InlineData("net.ipv4.conf.*.rp_filter = 2", ImportVerdict.Kept)]
    [InlineData("net.ipv4.conf.eth[01].rp_filter = 1", ImportVerdict.Changed)]
    [InlineData("-net.ipv4.ping_group_range = 0 2147483647", ImportVerdict.Kept)]
    [InlineData("net/ipv4/conf/enp3s0.200/rp_filter = 1", ImportVerdict.Changed)]
    [InlineData("net.ipv4.conf.all.rp_filter = 0", ImportVerdict.Kept)]
    [InlineData("net.ipv6.conf.all.disable_ipv6 = 1", ImportVerdict.Changed)]
    [InlineData("net.ipv4.conf.all.acept_redirects = 0", ImportVerdict.Unknown)]
    [InlineData("net.ipv4.neigh.default.gc_thresh3 = 8192", ImportVerdict.Kept)]
    public void Import_OneLine_HasItsVerdict(string text, ImportVerdict verdict) => Fixture.Import(text).Findings.ShouldHaveSingleItem().Verdict.ShouldBe(verdict);

    [Theory]
    [InlineData("garbage line", "garbage", "line")]
    [InlineData("vm.swappiness 10", "vm.swappiness", "10")]
    [InlineData("net.core.rmem_max: 1", "net.core.rmem_max:", "1")]
    public void Import_LineThatIsNoSetting_IsRefusedAndTheOthersRead(string line, string key, string value)
    {
        var result = Fixture.Import($"net.core.somaxconn = 1024\n{line}\nvm.max_map_count = 1\n");

        result.Of(key).ShouldSatisfyAllConditions(
            f => f.Verdict.ShouldBe(ImportVerdict.Refused), f => f.Line.ShouldBe(2), f => f.Value.ShouldBe(value), f => f.Why.ShouldContain("key = value"));
        Fixture.Options(result).Pods.Sysctls.ShouldHaveSingleItem();
        result.Findings.Count.ShouldBe(3);
    }

    [Fact]
    public void Import_OneLineOfWrongForm_IsAFileOfSysctlAllTheSame() =>
        Fixture.Import("vm.swappiness 10\n").Findings.ShouldHaveSingleItem().Verdict.ShouldBe(ImportVerdict.Refused);

    [Fact]
    public void Run_FileWithoutAnySetting_IsNone() =>
        Should.Throw<ImportException>(() => ConfigImport.Run([new ImportSource("x.conf", "# mine\nhello\n")], "sysctl")).Where.ShouldBe("x.conf:2");
}
