using Straum.Agent.Configuration;
using Straum.Cli.Commands;
using Straum.Cli.Terminal;
using Straum.Doctor.Tuning;

namespace Straum.Cli.Tests.Commands;

/// <summary>What <c>straum tune</c> did goes with the rest.</summary>
public sealed class UninstallCommandTests : IDisposable
{
    private readonly TunedKernel _kernel = new();
    private readonly StringWriter _output = new();

    private AgentOptions Options => new()
    {
        Cni = new CniOptions { ConfDir = In("cni") },
        Paths = new PathOptions { State = In("var/lib/straum"), Run = In("run"), Bpf = In("bpf"), Objects = In("objects") },
    };

    private TunePaths Tuning => new(_kernel.Root);

    public void Dispose()
    {
        _kernel.Dispose();
        _output.Dispose();
    }

    [Fact]
    public void Tuning_IsReverted()
    {
        File.WriteAllText(Tuning.Journal, File.ReadAllText(Tuning.Journal).Replace("soon", "60"));

        Uninstall(Options).ShouldBe(ExitCode.Ok);

        _kernel.Reuse.ShouldBe("2");
        _output.ToString().ShouldContain("removed setting net.ipv4.tcp_tw_reuse: put back");
        File.Exists(Tuning.OwnFile).ShouldBeFalse();
        Directory.Exists(In("var/lib/straum")).ShouldBeFalse();
    }

    [Fact]
    public void Tuning_ThatTheKernelDoesNotTakeBack_IsNamedAfterTheRestIsRemoved()
    {
        Should.Throw<CommandFault>(() => Uninstall(Options)).Message.ShouldContain("did not take back net.ipv4.tcp_fin_timeout");

        _kernel.Reuse.ShouldBe("2");
        File.Exists(Tuning.Journal).ShouldBeTrue("to revert again tries it again");
        File.Exists(Tuning.OwnFile).ShouldBeFalse();
    }

    [Fact]
    public void Tuning_WhoseJournalIsGone_IsNamedAfterTheRestIsRemoved()
    {
        File.Delete(Tuning.Journal);
        Directory.CreateDirectory(Path.GetDirectoryName(Tuning.OwnFile)!);
        File.WriteAllText(Tuning.OwnFile, "# Written by `straum tune apply`, removed by `straum tune revert`.\n-net.ipv4.tcp_tw_reuse = 1\n");

        Should.Throw<CommandFault>(() => Uninstall(Options)).Message.ShouldContain(Tuning.OwnFile);

        _kernel.Reuse.ShouldBe("1", "nobody knows what it was");
        Directory.Exists(In("var/lib/straum")).ShouldBeFalse();
    }

    [Fact]
    public void Tuning_WhoseJournalIsDamaged_IsNamedWithTheWayOut()
    {
        File.WriteAllText(Tuning.Journal, "");

        Should.Throw<CommandFault>(() => Uninstall(Options)).Message.ShouldContain($"{Tuning.Journal} is empty");

        File.Exists(Tuning.Journal).ShouldBeTrue();
    }

    [Fact]
    public void Tuning_OfAHost_IsNotAnAgentsThatHasItsStateElsewhere()
    {
        Uninstall(Options with { Paths = Options.Paths with { State = In("other") } });

        _kernel.Reuse.ShouldBe("1");
        File.Exists(Tuning.Journal).ShouldBeTrue();
    }

    private int Uninstall(AgentOptions options) => _kernel.Namespace.Run(() => UninstallCommand.Run(options, In("plugins"), Tuning, _output));

    private string In(string path) => Path.Combine(_kernel.Root, path);
}
