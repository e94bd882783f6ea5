namespace Straum.Cli.Tests.Targets;

public sealed class ExecCommandTests(TargetPod pod) : IClassFixture<TargetPod>
{
    [Theory]
    [InlineData("default/web-1")]
    [InlineData("web-1")]
    [InlineData("c0ffee")]
    public async Task Exec_PodOfAnAgent_RunsInItsNamespace(string name)
    {
        var run = await pod.RunAsync("", "exec", name, "--socket", pod.Socket, "--", "ip", "-o", "addr", "show", "lo");

        run.Error.ShouldBeEmpty();
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain(TargetPod.Address);
    }

    [Fact]
    public async Task Exec_Process_NeedsNoAgent() =>
        (await pod.RunAsync("", "exec", $"{pod.Process.Id}", "--socket", "/nonexistent", "--", "ip", "-o", "addr")).Output.ShouldContain(TargetPod.Address);

    [Fact]
    public async Task Exec_InputOutputErrorAndExitCode_AreTheCommands() =>
        (await pod.RunAsync("a line\n", "exec", $"{pod.Process.Id}", "--", "sh", "-c", "cat; echo problem >&2; exit 42"))
            .ShouldBe(new CliRun(42, "a line\n", "problem\n"));

    [Fact]
    public async Task Exec_CommandEndedByASignal_HasTheShellsExitCode() =>
        (await pod.RunAsync("", "exec", $"{pod.Process.Id}", "--", "sh", "-c", "kill -9 $$")).ExitCode.ShouldBe(128 + 9);

    [Theory]
    [InlineData("no-such-tool", "no-such-tool: ENOENT")]
    [InlineData("", "'': ENOENT")]
    [InlineData("/etc", "/etc: EACCES")]
    public async Task Exec_CommandThatIsNotThere_Is127(string command, string why) =>
        (await pod.RunAsync("", "exec", $"{pod.Process.Id}", "--", command)).ShouldSatisfyAllConditions(
            r => r.ExitCode.ShouldBe(127), r => r.Error.ShouldContain(why));

    [Fact]
    public async Task Exec_NothingOfThatName_SaysWhoWasAsked()
    {
        (await pod.RunAsync("", "exec", "web-9", "--socket", pod.Socket, "--", "true")).ShouldSatisfyAllConditions(
            r => r.ExitCode.ShouldBe(1), r => r.Error.ShouldContain("no pod, container or process of that name is here"));
        (await pod.RunAsync("", "exec", "web-9", "--socket", "/nonexistent", "--", "true")).Error.ShouldContain("no agent answers");
    }
}
