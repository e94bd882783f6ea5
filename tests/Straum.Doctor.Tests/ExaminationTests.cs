using Straum.Doctor.Hosts;

namespace Straum.Doctor;

public sealed class ExaminationTests
{
    private readonly SyntheticHost _host = new();

    [Fact]
    public async Task Run_CheckThrows_IsUnknownAndTheOthersRun()
    {
        var report = await RunAsync(new Scripted("ST-XX-001", _ => throw new FormatException("'x' is no number")), Passing("ST-XX-002"));
        report.Results[0].Verdict.ShouldBe(Verdict.Unknown);
        report.Results[0].Findings[0].Measured.ShouldBe("'x' is no number");
        report.Results[1].Verdict.ShouldBe(Verdict.Pass);
        report.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Run_CheckDoesNotEnd_IsUnknown()
    {
        var report = await RunAsync(new Scripted("ST-XX-001", static async stop =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return [];
        })
        { Patience = TimeSpan.FromMilliseconds(20) });
        report.Results[0].Findings[0].Measured.ShouldContain("did not end");
    }

    [Fact]
    public async Task Run_Disturbing_BeginsWhenTheOthersHaveEnded()
    {
        var ended = false;
        var sawEnd = false;
        await RunAsync(
            new Scripted("ST-XX-001", _ =>
            {
                sawEnd = ended;
                return Task.FromResult<IReadOnlyList<Finding>>([Finding.Pass("")]);
            })
            { Loads = true },
            new Scripted("ST-XX-002", async stop =>
            {
                await Task.Yield();
                ended = true;
                return [Finding.Pass("")];
            }));
        sawEnd.ShouldBeTrue();
    }

    [Fact]
    public async Task Run_ChecksThatBlock_LeaveThreadsToTheOthers()
    {
        const int checks = 100;
        using var all = new CountdownEvent(checks);
        var report = await RunAsync([.. Enumerable.Range(0, checks).Select(i => new Scripted($"ST-XX-{i}", stop =>
        {
            all.Signal();
            all.Wait(stop);
            return Task.FromResult<IReadOnlyList<Finding>>([Finding.Pass("")]);
        })
        { Patience = TimeSpan.FromSeconds(20) })]);
        report.Count(Verdict.Pass).ShouldBe(checks);
    }

    [Fact]
    public async Task Run_Ignored_IsInTheReportWithoutAFinding()
    {
        var report = await new Examination(_host).RunAsync([(Passing("ST-XX-001"), false)], TestContext.Current.CancellationToken);
        report.Results[0].Ignored.ShouldBeTrue();
        report.ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData(0, Verdict.Pass, Verdict.Skip)]
    [InlineData(1, Verdict.Pass, Verdict.Unknown)]
    [InlineData(1, Verdict.Warn, Verdict.Pass)]
    [InlineData(2, Verdict.Fail, Verdict.Warn)]
    [InlineData(3, Verdict.Unknown, Verdict.Unknown)]
    public async Task ExitCode_IsTheWorst(int code, params Verdict[] verdicts)
    {
        var report = await RunAsync([.. verdicts.Select((v, i) => new Scripted($"ST-XX-00{i}", _ => Task.FromResult<IReadOnlyList<Finding>>([new Finding(v, "")])))]);
        report.ExitCode.ShouldBe(code);
    }

    [Theory]
    [InlineData("ST-CT-001", 1)]
    [InlineData("st-ct", 5)]
    [InlineData("Conntrack", 5)]
    public void Selection_TakesIdsPrefixesAndGroups(string name, int count) =>
        new CheckSelection([name], [], false).From(Catalogue.All).Count.ShouldBe(count);

    [Fact]
    public void Selection_UnknownNames_AreSaid() =>
        new CheckSelection(["ST-CT-999"], ["nonsense", "cpu"], false).Unmatched(Catalogue.All).ShouldBe(["ST-CT-999", "nonsense"]);

    private static Scripted Passing(string id) => new(id, static _ => Task.FromResult<IReadOnlyList<Finding>>([Finding.Pass("")]));

    private Task<DoctorReport> RunAsync(params Check[] checks) =>
        new Examination(_host).RunAsync([.. checks.Select(static c => (c, true))], TestContext.Current.CancellationToken);

    private sealed class Scripted(string id, Func<CancellationToken, Task<IReadOnlyList<Finding>>> examine) : Check
    {
        public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

        public bool Loads { get; init; }

        public override string Id => id;

        public override string Title => "";

        public override CheckGroup Group => CheckGroup.Kernel;

        public override Explanation Explanation { get; } = new("", "", "", "");

        public override bool Disturbs => Loads;

        public override TimeSpan Limit => Patience;

        public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop) => examine(stop);
    }
}
