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
        (await CliRun.Of("config", "check", "/nowhere.yaml")).ShouldBe(new CliRun(
            ExitCode.Problem, "", "straum: read /nowhere.yaml: there is no such file (name straum.yaml, or a ConfigMap with that key)\n"));
    }

    [Theory]
    [InlineData("/", "straum: read /: it is a directory (name a file in it)")]
    [InlineData("", "straum: read '': that is no file's name (name straum.yaml, or a ConfigMap with that key)")]
    public async Task Check_WhatIsNoFile_SaysWhatItIs(string file, string fault)
    {
        (await CliRun.Of("config", "check", file)).ShouldBe(new CliRun(ExitCode.Problem, "", fault + "\n"));
        (await CliRun.Of("agent", "--config", file)).ShouldBe(new CliRun(ExitCode.Problem, "", fault + "\n"));
    }

    [Theory]
    [InlineData(null), InlineData("routing: {mode: vxln}\n")]
    public async Task Agent_FileThatCheckRefuses_SaysTheSameAndExitsTheSame(string? text)
    {
        var file = text is null ? "/nowhere.yaml" : _file;
        if (text is not null)
        {
            await File.WriteAllTextAsync(_file, text, TestContext.Current.CancellationToken);
        }
        (await CliRun.Of("agent", "--config", file)).ShouldBe(await CliRun.Of("config", "check", file));
    }

    [Fact]
    public async Task Agent_WithoutACluster_NamesTheKeyAndTheFix()
    {
        await File.WriteAllTextAsync(_file, "", TestContext.Current.CancellationToken);
        var run = await CliRun.Of("agent", "--config", _file);
        run.ExitCode.ShouldBe(ExitCode.Problem);
        run.Error.ShouldStartWith("straum: agent: kubernetes.kubeconfig: it is empty");
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
