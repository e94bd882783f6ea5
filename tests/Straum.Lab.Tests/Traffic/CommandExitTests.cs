using System.Text.Json;
using System.Text.Json.Nodes;
using Straum.Lab.Processes;
using Straum.Linux;

namespace Straum.Lab.Traffic;

/// <summary>Exit codes and JSON of the program itself, as docs/reference/cli.md promises them, while a lab runs.</summary>
[Collection(nameof(NativeLab))]
public sealed class CommandExitTests
{
    [Theory]
    [InlineData("status")]
    [InlineData("services")]
    [InlineData("endpoints")]
    [InlineData("pods")]
    [InlineData("routes")]
    [InlineData("drops")]
    [InlineData("lab status")]
    [InlineData("lab check")]
    public void Json_OfAHealthyLab_IsOneDocument_AndTheCodeIsZero(string command)
    {
        var (code, output, error) = Run($"{command} -o json");
        code.ShouldBe(0, error + output);
        JsonNode.Parse(output).ShouldNotBeNull();
    }

    [Fact]
    public void Status_OfALabOfATestRun_SaysWhoseItIs()
    {
        var owner = RunningProcess.Read(Environment.ProcessId);
        Run("lab status").Output.ReplaceLineEndings(" ").ShouldContain($"the lab is that of {owner}, which removes it when it ends");
        var status = JsonNode.Parse(Run("lab status -o json").Output)!;
        status["owner"]!["pid"]!.GetValue<int>().ShouldBe(owner.Pid);
        status["lockedBy"]!["pid"]!.GetValue<int>().ShouldBe(owner.Pid);
        status["inUse"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData("lab exec n1 -- true", 0)]
    [InlineData("lab exec n1 -- false", 1)]
    [InlineData("lab exec n1 -- sh -c exit\u00a07", 7)]
    [InlineData("lab exec nowhere -- true", 2)]
    [InlineData("lab kubectl get nodes", 0)]
    [InlineData("lab kubectl get pod nobody", 1)]
    [InlineData("lab logs n1", 0)]
    [InlineData("lab logs nobody", 2)]
    [InlineData("lab up --nodes 0", 2)]
    [InlineData("lab up --nodes many", 2)]
    [InlineData("lab up --mode carrier-pigeon", 2)]
    [InlineData("lab nothing", 2)]
    [InlineData("services --node nowhere", 2)]
    [InlineData("services --node nowhere --socket /nowhere.sock", 2)]
    [InlineData("services --socket /nowhere.sock", 3)]
    [InlineData("services -o xml", 2)]
    [InlineData("probe connect 127.0.0.1:1 --timeout 0.2", 1)]
    [InlineData("config check /nowhere.yaml", 1)]
    [InlineData("lab kubectl logs -l app=echo --tail 1", 0)]
    public void Code_SaysWhatHappened(string command, int expected)
    {
        var (code, output, error) = Run(command);
        code.ShouldBe(expected, error + output);
        if (expected == 2)
        {
            error.ShouldStartWith("straum: ");
        }
    }

    [Fact]
    public async Task Up_InterruptedWhileItWaitsForAnother_NamesTheOther_AndSpeaksOfNoLabOfItsOwn()
    {
        var stop = TestContext.Current.CancellationToken;
        using var host = NetworkNamespace.Current();
        // It waits, because the fixture has the lock.
        using var up = NamespacedProcess.Start(host, new ProcessSpec { FileName = LabFixture.Paths.Straum, Arguments = ["lab", "up", "--nodes", "1"] });
        (await up.StandardOutput.ReadLineAsync(stop)).ShouldBe(
            $"· host     {RunningProcess.Read(Environment.ProcessId)} builds, removes or tests a lab (it holds {LabPaths.LockFile}); waiting for it");
        NamespacedProcess.Signal(up.Id, 15).ShouldBeTrue();
        (await up.StandardError.ReadToEndAsync(stop)).ShouldBe("straum: lab up: interrupted before anything was built\n");
        up.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        up.ExitCode.ShouldBe(130);
    }

    private static (int Code, string Output, string Error) Run(string command)
    {
        using var host = NetworkNamespace.Current();
        // A space that keeps words together.
        return NamespacedProcess.Run(host, LabFixture.Paths.Straum, command.Split(' ').Select(w => w.Replace('\u00a0', ' ')));
    }
}
