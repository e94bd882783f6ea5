namespace Straum.Doctor.Checks;

public sealed class ConntrackTests : CheckTest
{
    private const string Netfilter = "/proc/sys/net/netfilter/";

    [Theory]
    [InlineData("ST-CT-001")]
    [InlineData("ST-CT-002")]
    [InlineData("ST-CT-003")]
    [InlineData("ST-CT-004")]
    public async Task NotLoaded_DoesNotApply(string id) => await ShouldBeAsync(id, Verdict.Skip, "nf_conntrack is not loaded");

    [Theory]
    [InlineData(1000, Verdict.Pass)]
    [InlineData(75_000, Verdict.Warn)]
    [InlineData(99_990, Verdict.Fail)]
    public async Task Usage_IsAShareOfTheMaximum(int count, Verdict verdict)
    {
        Host.Files[Netfilter + "nf_conntrack_max"] = ["100000\n"];
        Host.Files[Netfilter + "nf_conntrack_count"] = [$"{count}\n"];
        (await FindAsync("ST-CT-001")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task Usage_Full_FixNamesTheNewSize()
    {
        Host.Files[Netfilter + "nf_conntrack_max"] = ["65536\n"];
        Host.Files[Netfilter + "nf_conntrack_count"] = ["65536\n"];
        (await FindAsync("ST-CT-001")).Fix.ShouldBe("sysctl -w net.netfilter.nf_conntrack_max=131072");
    }

    [Fact]
    public async Task Usage_NoLimit_Passes()
    {
        Host.Files[Netfilter + "nf_conntrack_max"] = ["0\n"];
        Host.Files[Netfilter + "nf_conntrack_count"] = ["7\n"];
        (await FindAsync("ST-CT-001")).Verdict.ShouldBe(Verdict.Pass);
    }

    [Fact]
    public async Task Drops_Rising_FailsAndNamesTheCounter()
    {
        Host.Files["/proc/net/stat/nf_conntrack"] = [Counters(insertFailed: 1), Counters(insertFailed: 18)];
        await ShouldBeAsync("ST-CT-002", Verdict.Fail, "insert_failed +17 in 10 s");
    }

    [Fact]
    public async Task Drops_LongAgo_AreNamedOnly()
    {
        Host.Files["/proc/net/stat/nf_conntrack"] = [Counters(drop: 255)];
        await ShouldBeAsync("ST-CT-002", Verdict.Pass, "none in 10 s; since boot: drop 255");
    }

    [Fact]
    public async Task Drops_OlderKernelWithFewerColumns_IsReadByName()
    {
        // Linux 4.19 has "searched" in front and no clashres.
        Host.Files["/proc/net/stat/nf_conntrack"] = ["entries searched found insert_failed drop\n0000 0009 0009 0000 0000\n", "entries searched found insert_failed drop\n0000 00ff 0009 0000 0000\n"];
        (await FindAsync("ST-CT-002")).Verdict.ShouldBe(Verdict.Pass);
    }

    [Theory]
    [InlineData(4, 131_072, Verdict.Pass)]
    [InlineData(16, 131_072, Verdict.Warn)]
    [InlineData(16, 524_288, Verdict.Pass)]
    [InlineData(2, 65_536, Verdict.Warn)]
    public async Task Size_GrowsWithTheCpus(int cpus, int max, Verdict verdict)
    {
        Host.Cpus = cpus;
        Host.Files[Netfilter + "nf_conntrack_max"] = [$"{max}\n"];
        (await FindAsync("ST-CT-003")).Verdict.ShouldBe(verdict);
    }

    [Theory]
    [InlineData(432_000, Verdict.Warn)]
    [InlineData(86_400, Verdict.Pass)]
    [InlineData(600, Verdict.Warn)]
    public async Task EstablishedTimeout_HasTwoSides(int seconds, Verdict verdict)
    {
        Host.Files[Netfilter + "nf_conntrack_tcp_timeout_established"] = [$"{seconds}\n"];
        (await FindAsync("ST-CT-004")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task AgentTables_NoAgent_DoesNotApply() => await ShouldBeAsync("ST-CT-005", Verdict.Skip, "no agent answers");

    [Fact]
    public async Task AgentTables_EachHasItsLine()
    {
        Host.AgentReports["status"] = """{"tables":[{"name":"flows","used":95,"size":100,"key":"tables.conntrack"},{"name":"svc","used":1,"size":100,"key":""}]}""";
        var result = await ExamineAsync("ST-CT-005");
        result.Findings.Select(static f => (f.Subject, f.Verdict)).ShouldBe([("flows", Verdict.Fail), ("svc", Verdict.Pass)]);
        result.Findings[0].Fix.ShouldBe("tables: {conntrack: 200}   # in /etc/straum/straum.yaml, then restart the agent; now 100");
    }

    private static string Counters(int drop = 0, int insertFailed = 0) =>
        $"""
        entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart
        00000001  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 {insertFailed:x8} 00000000 00000000 00000000 00000000  00000000 00000000 00000000
        00000001  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 {drop:x8} 00000000 00000000 00000000  00000000 00000000 00000000

        """;
}
