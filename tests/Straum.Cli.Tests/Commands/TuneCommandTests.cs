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
    public async Task Status_NextStartDiffers_IsAProblemThatApplyMends()
    {
        (await CliRun.Of("tune", "apply", "--root", _root)).ExitCode.ShouldBe(0);
        File.Delete(Path.Combine(_root, "etc/sysctl.d/60-straum-tune.conf"));

        (await CliRun.Of("tune", "status", "--root", _root, "-o", "json")).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(1), r => r.Output.ShouldContain("60-straum-tune.conf is gone; apply again"));
        (await CliRun.Of("tune", "plan", "--root", _root)).Output.ShouldContain("1 file to change: straum tune apply --profile safe");
        (await CliRun.Of("tune", "apply", "--root", _root)).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(0), r => r.Output.ShouldContain("written again"));
        (await CliRun.Of("tune", "status", "--root", _root)).ExitCode.ShouldBe(0);
        (await CliRun.Of("tune", "plan", "--root", _root)).Output.ShouldContain("nothing to change");
    }

    [Fact]
    public async Task Revert_JournalThatWasLost_NamesTheFilesAndWhatToDo()
    {
        Write("etc/sysctl.d/60-straum-tune.conf", "# mine\n");
        (await CliRun.Of("tune", "plan", "--root", _root)).Output.ShouldContain($"{_root}/etc/sysctl.d/60-straum-tune.conf is the administrator's");
        (await CliRun.Of("tune", "apply", "--root", _root)).ExitCode.ShouldBe(0);
        File.Delete(Path.Combine(_root, "var/lib/straum/tune.json"));

        foreach (var command in (string[])["revert", "status"])
        {
            var run = await CliRun.Of("tune", command, "--root", _root);
            run.ExitCode.ShouldBe(1);
            run.Error.ShouldStartWith($"straum: tune {command}: {_root}/etc/sysctl.d/60-straum-tune.conf has what straum tune apply wrote, but the journal");
            run.Error.ShouldContain("start the machine again");
        }
        var advice = (await CliRun.Of("tune", "revert", "--root", _root)).Error;
        using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-ec", advice[advice.IndexOf("sed -i", StringComparison.Ordinal)..advice.IndexOf("),", StringComparison.Ordinal)]]);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        shell.ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(Path.Combine(_root, "etc/sysctl.d/60-straum-tune.conf"), TestContext.Current.CancellationToken)).ShouldBe("# mine\n");
        (await CliRun.Of("tune", "revert", "--root", _root)).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(0), r => r.Output.ShouldContain("nothing was applied"));
    }

    [Theory]
    [InlineData("/nope", "straum: tune plan: there is no directory /nope (--root names the folder where the host's file system is)")]
    [InlineData("", "straum: tune plan: there is no directory '' (--root names the folder where the host's file system is)")]
    [InlineData("/proc/meminfo", "straum: tune plan: /proc/meminfo is no directory (--root names the folder where the host's file system is)")]
    [InlineData("/etc", "straum: tune plan: /etc is no host's file system: there is no /etc/proc/meminfo (--root names the folder where the host's is, with its /proc)")]
    public async Task Plan_RootThatIsNoHosts_IsNamedWithWhatIsMissing(string root, string fault) =>
        (await CliRun.Of("tune", "plan", "--root", root)).ShouldBe(new CliRun(1, "", fault + "\n"));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\0\0\0\0", "is empty")]
    [InlineData("{", "cannot be read from line 1 on")]
    [InlineData("{\n \"bootId\": \"\",\n nonsense", "cannot be read from line 3 on")]
    [InlineData("{}", "lacks parts")]
    [InlineData("null", "lacks parts")]
    [InlineData("""{"bootId":"","madeFolders":[],"settings":[{"key":"net.core.somaxconn","done":true}]}""", "lacks parts")]
    public async Task AnyCommand_JournalThatIsDamaged_IsNamedWithTheWayOutAndNothingIsWritten(string journal, string damage)
    {
        Write("var/lib/straum/tune.json", journal);

        foreach (var command in (string[])["plan", "apply", "status", "revert"])
        {
            (await CliRun.Of("tune", command, "--root", _root)).ShouldBe(new CliRun(1, "",
                $"straum: tune {command}: the journal {_root}/var/lib/straum/tune.json {damage}: what the settings were before apply is not known any more "
                + $"(a copy of it from before would do. Without one: {_root}/etc/sysctl.d/60-straum-tune.conf has the values that apply wrote; "
                + $"remove {_root}/var/lib/straum/tune.json, so that Straum forgets them, and straum tune revert then says how to take them out of the files)\n"));
        }
        File.Exists(Path.Combine(_root, "etc/sysctl.d/60-straum-tune.conf")).ShouldBeFalse();
    }

    [Fact]
    public async Task AnyCommand_InAContainerWithAnotherNetwork_IsRefusedWithAFix()
    {
        Directory.CreateDirectory(Path.Combine(_root, "proc/1/ns"));
        File.CreateSymbolicLink(Path.Combine(_root, "proc/1/ns/net"), "net:[1]");

        foreach (var command in (string[])["plan", "apply", "status", "revert"])
        {
            (await CliRun.Of("tune", command, "--root", _root)).ShouldSatisfyAllConditions(
                r => r.ExitCode.ShouldBe(1), r => r.Error.ShouldContain("is this container's, not the host's"), r => r.Error.ShouldContain("hostNetwork: true"));
        }
        File.Exists(Path.Combine(_root, "var/lib/straum/tune.json")).ShouldBeFalse();
    }

    [Fact]
    public void Revert_KeyThatTheKernelRefuses_IsNamedAndTheExitCodeSaysSo()
    {
        using var kernel = new TunedKernel();

        var run = kernel.Namespace.Run(() => CliRun.Of("tune", "revert", "--root", kernel.Root).GetAwaiter().GetResult());

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("not put back: net.ipv4.tcp_fin_timeout");
        kernel.Reuse.ShouldBe("2", "what comes after a refused setting is put back");
        File.ReadAllText(Path.Combine(kernel.Root, "var/lib/straum/tune.json")).ShouldNotContain("tcp_tw_reuse");
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
