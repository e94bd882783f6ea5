using System.Text.Json.Nodes;
using Straum.Cli.Terminal;

namespace Straum.Cli.Tests.Commands;

public sealed class ConfigCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Check_RightFile_SaysNothing()
    {
        await File.WriteAllTextAsync(_file, "routing: {mode: vxlan}\n", TestContext.Current.CancellationToken);
        (await CliRun.Of("config", "check", _file)).ShouldBe(new CliRun(ExitCode.Ok, "", ""));
    }

    [Fact]
    public async Task Check_WrongFile_SaysAllOnStderr()
    {
        await File.WriteAllTextAsync(_file, "routing: {mode: vxln}\nmtu: 1\n", TestContext.Current.CancellationToken);
        (await CliRun.Of("config", "check", _file)).ShouldBe(new CliRun(ExitCode.Problem, "",
            $"{_file}:1:17: routing.mode: found vxln (did you mean vxlan?)\n{_file}:2:1: mtu: is not a key (did you mean routing.mtu?)\n"));
    }

    [Fact]
    public async Task Check_NoFile_SaysSoInOneLine()
    {
        var run = await CliRun.Of("config", "check", "/nowhere.yaml");
        run.ExitCode.ShouldBe(ExitCode.Problem);
        run.Error.ShouldStartWith("straum: read /nowhere.yaml: ");
    }

    [Fact]
    public async Task Print_Table_ShowsValueAndOrigin()
    {
        await File.WriteAllTextAsync(_file, "routing: {mode: vxlan}\n", TestContext.Current.CancellationToken);
        var lines = (await CliRun.Of("config", "print", _file)).Output.Split('\n').Select(static l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        lines[0].ShouldBe("KEY VALUE FROM");
        lines.ShouldContain($"routing.mode vxlan {_file}:1:17");
        lines.ShouldContain("routing.devices [] default");
    }

    [Fact]
    public async Task Print_Json_IsAListOfKeys()
    {
        var values = JsonNode.Parse((await CliRun.Of("config", "print", "-o", "json")).Output)!.AsArray();
        values.Select(static v => (string?)v!["key"]).ShouldContain("paths.objects");
        values.Single(static v => (string?)v!["key"] == "log.level")!["origin"]!.GetValue<string>().ShouldBe("default");
    }
}
