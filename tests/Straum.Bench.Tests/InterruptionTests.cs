using Straum.Bench.Bed;
using Straum.Bench.Figures;
using Straum.Lab;

namespace Straum.Bench;

/// <summary>However a benchmark ends, it leaves nothing; what one that was killed had to leave, the next removes.</summary>
public sealed class InterruptionTests
{
    private const int Sigkill = 9;
    private const int Sigterm = 15;

    public static TheoryData<string> Figures => [.. AllFigures.List.Select(static f => f.Name)];

    [Theory]
    [MemberData(nameof(Figures))]
    public async Task CtrlC_WhileAMeterRuns_EndsWithOneLineAndLeavesNothing(string figure)
    {
        using var run = new BenchRun(figure);
        await run.UntilAsync(() => BenchRun.Running(Programs.Meter).Count > 0);

        run.Interrupt();

        await ShouldEndAsync(run, 130);
    }

    [Fact]
    public async Task CtrlC_AsSoonAsThereIsSomething_LeavesNothing()
    {
        using var run = new BenchRun("pods");
        await run.UntilAsync(() => BenchRun.Leftovers().Count > 0);

        run.Interrupt();

        await ShouldEndAsync(run, 130);
    }

    [Fact]
    public async Task Sigterm_ToTheBenchmarkAlone_EndsWithItsExitCode()
    {
        using var run = new BenchRun("convergence");
        await run.UntilAsync(() => BenchRun.Running(Programs.Straum).Count > 0);

        run.Signal(Sigterm);

        await ShouldEndAsync(run, 143);
    }

    [Fact]
    public async Task CtrlC_WhileAnotherHoldsTheLock_RemovesNothingOfTheOther()
    {
        using var other = await LabLock.AcquireAsync(null, TestContext.Current.CancellationToken);
        Directory.CreateDirectory(BedNames.Root);
        using var run = new BenchRun("pods");
        await run.UntilAsync(() => run.Said.EndsWith(BenchRun.Waiting));

        run.Interrupt();

        (await run.EndAsync()).ShouldBe(130, run.Said);
        run.Said.ShouldEndWith(BenchRun.Waiting + "bench: interrupted\n");
        Directory.Exists(BedNames.Root).ShouldBeTrue();
        Directory.Delete(BedNames.Root);
    }

    [Fact]
    public async Task Sigkill_ThenTheNextRun_RemovesWhatIsLeftBeforeItMeasures()
    {
        int[] left;
        using (var killed = new BenchRun("services"))
        {
            await killed.UntilAsync(() => BenchRun.Running(Programs.Meter).Count > 1);
            killed.Signal(Sigkill);
            await killed.EndAsync();
            left = [.. BenchRun.Running("")];
            left.ShouldNotBeEmpty();
        }

        using var next = new BenchRun("convergence");
        await next.UntilAsync(() => BenchRun.Running(Programs.Meter).Except(left).Any());
        BenchRun.Running("").Intersect(left).ShouldBeEmpty();
        BenchRun.Leftovers().ShouldNotContain(BedNames.Namespace("p0"));
        next.Interrupt();

        await ShouldEndAsync(next, 130);
    }

    private static async Task ShouldEndAsync(BenchRun run, int exitCode)
    {
        (await run.EndAsync()).ShouldBe(exitCode, run.Said);
        var lines = run.Said.TrimEnd('\n').Split('\n');
        lines[^1].ShouldBe("bench: interrupted");
        // Before it, only what says how far it has come.
        lines[..^1].ShouldAllBe(static l => l.StartsWith("bench: ") && !l.Contains("meter") && !l.Contains("cni "));
        BenchRun.Leftovers().ShouldBeEmpty();
    }
}
