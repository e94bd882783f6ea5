using System.Text.Json;
using Straum.Cli.Terminal;
using Straum.Lab.Echo;

namespace Straum.Cli.Tests.Commands;

public sealed class ProbeCommandTests : IAsyncDisposable
{
    private readonly EchoServer _server = new(new EchoIdentity("echo-1", "n1"));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Probe_Answered_PrintsBothEndsAndSucceeds()
    {
        var port = _server.ListenHttp(0);
        var run = await CliRun.Of("probe", "http", $"127.0.0.1:{port}", "--count", "2");

        run.ExitCode.ShouldBe(ExitCode.Ok);
        run.Output.ShouldStartWith($"http 127.0.0.1:{port}: 2 of 2 answered by echo-1 (2); min/p50/max ");
        run.Output.ShouldContain($"-> 127.0.0.1:{port}, there 127.0.0.1:");
    }

    [Fact]
    public async Task Probe_TwoTargetsOneUnanswered_PrintsOneJsonLineEachAndFails()
    {
        var port = _server.ListenTcp(0);
        var run = await CliRun.Of("probe", "tcp", $"[::1]:{port}", "127.0.0.1:1", "--json");

        run.ExitCode.ShouldBe(ExitCode.Problem);
        var reports = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize(l, EchoJson.Default.ProbeReport)!).ToList();
        reports.Select(r => r.Answered).ShouldBe([1, 0]);
        reports[1].Errors.Keys.ShouldBe(["refused"]);
    }

    [Theory]
    [InlineData("probe", "http", "127.0.0.1")]
    [InlineData("probe", "http", "localhost:80")]
    [InlineData("probe", "http")]
    [InlineData("probe", "http", "127.0.0.1:80", "--source", "here")]
    [InlineData("probe", "http", "127.0.0.1:80", "--unconnected")]
    [InlineData("probe", "http", "127.0.0.1:80", "--count", "0")]
    [InlineData("probe", "http", "127.0.0.1:80", "--timeout", "x")]
    [InlineData("echo")]
    [InlineData("echo", "--http", "70000")]
    public async Task CommandLine_Wrong_IsRefusedAsUsage(params string[] arguments)
    {
        var run = await CliRun.Of(arguments);

        run.ExitCode.ShouldBe(ExitCode.Usage);
        run.Error.ShouldStartWith($"straum: {arguments[0]}");
        run.Error.TrimEnd('\n').ShouldNotContain("\n");
    }

    [Fact]
    public async Task Echo_PortTaken_NamesPortAndReason()
    {
        var port = _server.ListenTcp(0);
        var run = await CliRun.Of("echo", "--http", port.ToString());

        run.ExitCode.ShouldBe(ExitCode.Problem);
        run.Error.ShouldStartWith($"straum: listen on http port {port}: Address already in use");
    }
}
