using System.Text.Json.Nodes;

namespace Straum.Cli.Tests.Commands;

public sealed class TuneCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("straum-tune-").FullName;

    public TuneCommandTests()
    {
        Write("proc/meminfo", "MemTotal:       16000000 kB\nMemFree: 1 kB\n");
        Write("sys/devices/system/cpu/online", "0-2,5\n");
        Write("proc/sys/net/core/somaxconn", "4096\n");
        Write("proc/sys/net/core/rmem_max", "9999\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Plan_ShowsADiffAndWhatIsLeftAlone()
    {
        var run = await CliRun.Of("tune", "plan", "--root", _root);

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("- net.core.somaxconn = 4096");
        run.Output.ShouldContain("+ net.core.somaxconn = 32768");
        run.Output.ShouldContain("9999 is no default");
        run.Output.ShouldContain("1 to change");
    }

    [Fact]
    public async Task Plan_AsJson_HasEverySettingWithItsRule()
    {
        var json = JsonNode.Parse((await CliRun.Of("tune", "plan", "--profile", "full", "--root", _root, "-o", "json")).Output)!;

        ((int)json["cores"]!).ShouldBe(4);
        var setting = json["settings"]!.AsArray().Single(s => (string)s!["key"]! == "net.core.somaxconn")!;
        ((string)setting["action"]!).ShouldBe("change");
        ((string)setting["scope"]!).ShouldBe("both");
        json["settings"]!.AsArray().Single(s => (string)s!["key"]! == "net.ipv4.tcp_tw_reuse")!["now"].ShouldBeNull();
    }

    [Fact]
    public async Task Apply_ThenDrift_IsAProblemOfStatusUntilRevert()
    {
        (await CliRun.Of("tune", "apply", "--root", _root)).ExitCode.ShouldBe(0);
        (await CliRun.Of("tune", "status", "--root", _root)).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(0), r => r.Output.ShouldContain("in force"));
        Write("proc/sys/net/core/somaxconn", "5000\n");
        (await CliRun.Of("tune", "status", "--root", _root)).ExitCode.ShouldBe(1);
        Write("proc/sys/net/core/somaxconn", "32768\n");
        (await CliRun.Of("tune", "revert", "--root", _root)).Output.ShouldContain("put back");

        (await File.ReadAllTextAsync(Path.Combine(_root, "proc/sys/net/core/somaxconn"), TestContext.Current.CancellationToken)).ShouldBe("4096\n");
        (await CliRun.Of("tune", "status", "--root", _root)).Output.ShouldContain("nothing was applied");
    }

    [Fact]
    public async Task Apply_JournalThatIsDamaged_IsNamedAndNothingIsWritten()
    {
        Write("var/lib/straum/tune.json", "{");

        (await CliRun.Of("tune", "apply", "--root", _root)).ShouldSatisfyAllConditions(
            r => r.ExitCode.ShouldBe(1), r => r.Error.ShouldContain("journal is damaged"));
        File.Exists(Path.Combine(_root, "etc/sysctl.d/60-straum-tune.conf")).ShouldBeFalse();
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
