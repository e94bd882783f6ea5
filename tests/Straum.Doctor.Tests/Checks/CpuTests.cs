namespace Straum.Doctor.Checks;

public sealed class CpuTests : CheckTest
{
    [Fact]
    public async Task Steal_Consistent_Warns()
    {
        // 1 % in nine of ten samples of 400 ticks.
        Host.Files["/proc/stat"] = Stat([4, 4, 4, 4, 0, 4, 4, 4, 4, 4]);
        await ShouldBeAsync("ST-CP-001", Verdict.Warn, "9 of 10 samples");
    }

    [Fact]
    public async Task Steal_OneBurst_Passes()
    {
        Host.Files["/proc/stat"] = Stat([0, 0, 0, 40, 0, 0, 0, 0, 0, 0]);
        await ShouldBeAsync("ST-CP-001", Verdict.Pass, "1 % stolen on average, at most 10 %, 1 of 10");
    }

    [Fact]
    public async Task Steal_High_Fails()
    {
        Host.Files["/proc/stat"] = Stat([40, 40, 40, 40, 40, 40, 40, 40, 40, 40]);
        await ShouldBeAsync("ST-CP-001", Verdict.Fail, "10 % stolen on average");
    }

    [Fact]
    public async Task Softirq_DropsInTheWindow_Fail()
    {
        Host.Files["/proc/net/softnet_stat"] = [Softnet(1000, 5, 0), Softnet(2000, 15, 0)];
        await ShouldBeAsync("ST-CP-002", Verdict.Fail, "10 of 1000 packets dropped");
    }

    [Fact]
    public async Task Softirq_DropsLongAgo_Pass()
    {
        Host.Files["/proc/net/softnet_stat"] = [Softnet(1000, 5, 7), Softnet(2000, 5, 7)];
        await ShouldBeAsync("ST-CP-002", Verdict.Pass, "5 dropped since boot");
    }

    [Fact]
    public async Task Softirq_Squeezed_Warns()
    {
        Host.Files["/proc/net/softnet_stat"] = [Softnet(0, 0, 0), Softnet(900_000, 0, 500)];
        await ShouldBeAsync("ST-CP-002", Verdict.Warn, "50 squeezes/s");
    }

    [Theory]
    [InlineData("ST-CP-003", "cpu")]
    [InlineData("ST-CP-004", "memory")]
    public async Task Pressure_ReadsTheLastMinute(string id, string resource)
    {
        (await FindAsync(id)).Verdict.ShouldBe(Verdict.Unknown);
        Host.Files["/proc/pressure/" + resource] = ["some avg10=0.00 avg60=0.50 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.10 avg300=0.00 total=1\n"];
        (await FindAsync(id)).Verdict.ShouldBe(Verdict.Pass);
        Host.Files["/proc/pressure/" + resource] = ["some avg10=0.00 avg60=70.50 avg300=0.00 total=1\nfull avg10=0.00 avg60=5.25 avg300=0.00 total=1\n"];
        (await FindAsync(id)).Verdict.ShouldBe(Verdict.Warn);
    }

    /// <summary>One content per second: 400 ticks each, of which some were stolen.</summary>
    private static string[] Stat(int[] stolen)
    {
        var contents = new List<string> { "cpu  1000 0 100 9000 0 0 0 50 0 0\ncpu0 1 2\n" };
        var (idle, steal) = (9000, 50);
        foreach (var ticks in stolen)
        {
            idle += 400 - ticks;
            steal += ticks;
            contents.Add($"cpu  1000 0 100 {idle} 0 0 0 {steal} 0 0\ncpu0 1 2\n");
        }
        return [.. contents];
    }

    private static string Softnet(int processed, int dropped, int squeezed) =>
        $"{processed:x8} {dropped:x8} {squeezed:x8} 00000000 00000000\n00000000 00000000 00000000 00000000 00000000\n";
}
