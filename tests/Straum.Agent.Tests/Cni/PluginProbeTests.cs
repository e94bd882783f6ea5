using System.Diagnostics;

namespace Straum.Agent.Cni;

/// <summary>straum-cni --live and --ready, as kubelet's probes run them.</summary>
public sealed class PluginProbeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;

    private string Socket => Path.Combine(_directory, "agent.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("--live", "0", 0)]
    [InlineData("--ready", "0", 0)]
    [InlineData("--live", "1", 0)]
    [InlineData("--ready", "1", 1)]
    public async Task Probe_AskingAnAgent_TellsAliveFromReady(string question, string answer, int expected)
    {
        using var agent = ScriptedAgent.Answering(Socket, ScriptedAgent.Http("""{"code":50,"msg":"not yet"}""", exit: answer));
        var (code, error) = await RunAsync(question, Socket);
        code.ShouldBe(expected);
        (await agent.Request).ShouldContain("\"command\":\"STATUS\"");
        error.ShouldBe(expected == 0 ? "" : "straum-cni: the node cannot take pods: {\"code\":50,\"msg\":\"not yet\"}\n");
    }

    [Theory]
    [InlineData("--live")]
    [InlineData("--ready")]
    public async Task Probe_WithoutAnAgent_FailsAndSaysWhy(string question)
    {
        var (code, error) = await RunAsync(question, Socket);
        code.ShouldBe(1);
        error.ShouldBe($"straum-cni: the agent does not answer: connect {Socket}: No such file or directory\n");
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--live")]
    [InlineData("--dead", "x")]
    [InlineData("--live", "x", "y")]
    public async Task Arguments_ThatAreNoProbe_AreRefused(params string[] arguments)
    {
        var (code, error) = await RunAsync(arguments);
        code.ShouldBe(2);
        error.ShouldContain("--live|--ready SOCKET");
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "straum-cni-sanitized"), arguments) { RedirectStandardError = true };
        start.Environment["ASAN_OPTIONS"] = "detect_leaks=0";
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, error);
    }
}
