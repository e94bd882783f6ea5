using Straum.Linux;

namespace Straum.Lab.Processes;

public sealed class LabProcessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_ProgramThatIsMissing_EndsLikeAShellWouldSay()
    {
        var output = Path.GetTempFileName();
        try
        {
            var process = LabProcess.Start(null, new ProcessSpec { FileName = "/nonexistent/program", OutputFile = output });
            (await process.Exited.WaitAsync(Stop)).Code.ShouldBe(127);
            File.ReadAllText(output).ShouldContain("/nonexistent/program");
        }
        finally
        {
            File.Delete(output);
        }
    }

    [Fact]
    public async Task Kill_RunningProcess_ExitNamesTheSignal()
    {
        var process = LabProcess.Start(null, new ProcessSpec { FileName = "sleep", Arguments = ["600"], OutputFile = "/dev/null" });
        process.Identity.IsAlive.ShouldBeTrue();
        process.Kill();
        (await process.Exited.WaitAsync(Stop)).ToString().ShouldBe("signal 9");
        process.Identity.IsAlive.ShouldBeFalse();
    }

    [Fact]
    public async Task Adopt_ProcessOfSomebodyElse_SeesItEnd()
    {
        var process = LabProcess.Start(null, new ProcessSpec { FileName = "sleep", Arguments = ["600"], OutputFile = "/dev/null" });
        var adopted = LabProcess.Adopt(process.Identity, process.StartedAt).ShouldNotBeNull();
        adopted.Terminate();
        await adopted.Exited.WaitAsync(Stop);
        (await process.Exited.WaitAsync(Stop)).Signal.ShouldBe(15);
        LabProcess.Adopt(process.Identity, process.StartedAt).ShouldBeNull();
    }

    [Fact]
    public void Identity_SamePidOtherStart_IsAnotherProcess()
    {
        var self = ProcessIdentity.Self;
        self.IsAlive.ShouldBeTrue();
        (self with { StartTicks = self.StartTicks - 1 }).IsAlive.ShouldBeFalse();
    }
}
