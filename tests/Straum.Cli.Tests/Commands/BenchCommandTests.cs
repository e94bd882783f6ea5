using Straum.Cli.Terminal;

namespace Straum.Cli.Tests.Commands;

public sealed class BenchCommandTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1:53")]
    [InlineData("10.0.0.1:80", "10.0.0.1:80")]
    [InlineData("fd00::1", "[fd00::1]:53")]
    [InlineData("[fd00::1]:80", "[fd00::1]:80")]
    [InlineData("10.1", null)]
    [InlineData("10.1:80", null)]
    [InlineData("10.0.0.1:0", null)]
    [InlineData("10.0.0.1:70000", null)]
    [InlineData("", null)]
    public void Address_AsPeopleWriteIt(string text, string? read) => (EndPointText.Parse(text, 53)?.ToString()).ShouldBe(read);

    [Theory]
    [InlineData("disk")]
    [InlineData("node")]
    public async Task Bench_DirectoryThatTakesNoFile_IsNamedAsAWrongOne(string command) =>
        (await CliRun.Of("bench", command, "/proc", "--seconds", "0.1")).ShouldBe(
            new CliRun(ExitCode.Problem, "", $"straum: bench {command}: /proc cannot be written to (name one on the disk to measure)\n"));

    [Fact]
    public async Task Dns_WhereNobodyAnswers_IsAFaultAndNoFigure()
    {
        // Port 1 of loopback refuses at once.
        var run = await CliRun.Of("bench", "dns", "127.0.0.1:1", "example.test", "--seconds", "1");
        run.ExitCode.ShouldBe(ExitCode.Unreachable);
        run.Error.ShouldBe("straum: bench dns: 127.0.0.1:1 answered no lookup\n");
        run.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Save_WhereNothingCanBeWritten_IsAFaultBeforeAnythingIsMeasured()
    {
        // Were it found out afterwards, the fault would be that of the name server, which does not answer.
        var run = await CliRun.Of("bench", "dns", "127.0.0.1:1", "--save", "/nope/x");
        run.ShouldBe(new CliRun(ExitCode.Problem, "", "straum: write /nope/x: there is no directory for it (make the directory first, or name a file in another)\n"));
    }

    [Fact]
    public async Task Save_MeasurementThatFails_LeavesTheFileAsItWas()
    {
        var (kept, absent) = (Path.GetTempFileName(), Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N")));
        try
        {
            await File.WriteAllTextAsync(kept, "last week's", TestContext.Current.CancellationToken);
            (await CliRun.Of("bench", "disk", "/nope", "--save", kept)).Error.ShouldBe("straum: bench disk: there is no directory /nope (name one on the disk to measure)\n");
            (await File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken)).ShouldBe("last week's");
            (await CliRun.Of("bench", "disk", "/nope", "--save", absent)).ExitCode.ShouldBe(ExitCode.Problem);
            File.Exists(absent).ShouldBeFalse();
        }
        finally
        {
            File.Delete(kept);
        }
    }

    [Fact]
    public async Task Save_OverALongerRecord_LeavesOneThatDiffReads()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, new string('x', 100_000), TestContext.Current.CancellationToken);
            (await CliRun.Of("bench", "disk", Path.GetTempPath(), "--seconds", "0.1", "--save", file)).ExitCode.ShouldBe(ExitCode.Ok);
            (await CliRun.Of("bench", "diff", file, file)).ExitCode.ShouldBe(ExitCode.Ok);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("/etc/passwd", "straum: read /etc/passwd: it is no record of straum bench (name a record that was made with straum bench … --save FILE)\n")]
    [InlineData("/nope", "straum: read /nope: there is no such file (name a record that was made with straum bench … --save FILE)\n")]
    public async Task Diff_OfWhatIsNoRecord_SaysSo(string file, string fault) =>
        (await CliRun.Of("bench", "diff", file, file)).ShouldBe(new CliRun(ExitCode.Problem, "", fault));
}
