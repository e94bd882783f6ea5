using System.Text.Json.Nodes;
using Straum.Cli.Terminal;
using Straum.Cli.Tests.Deploy;

namespace Straum.Cli.Tests.Commands;

public sealed class VerifyCommandTests
{
    [Fact]
    public async Task Programs_OfThisBuild_AreAcceptedByThisKernel()
    {
        var run = await CliRun.Of("verify", "--objects", Path.Combine(Deployment.Root, "bin", "bpf"), "-o", "json");
        run.ExitCode.ShouldBe(ExitCode.Ok, run.Output + run.Error);
        var programs = JsonNode.Parse(run.Output)!.AsArray();
        programs.ShouldAllBe(p => (bool)p!["accepted"]! && (int)p["instructions"]! > 0 && (int)p["bytes"]! > 0);
        programs.Select(p => (string)p!["program"]!).ShouldContain("pod_out");
    }

    [Fact]
    public async Task Folder_WithoutPrograms_IsNotTakenForAcceptance()
    {
        var folder = Directory.CreateTempSubdirectory("straum-t-");
        try
        {
            var run = await CliRun.Of("verify", "--objects", folder.FullName);
            run.ExitCode.ShouldBe(ExitCode.Problem);
            run.Error.TrimEnd().ShouldBe($"straum: verify {folder}: there is no program in it (name the folder of the *.bpf.o files with --objects)");
        }
        finally
        {
            folder.Delete();
        }
    }

    [Fact]
    public async Task Folder_ThatIsNotThere_IsNamed()
    {
        var run = await CliRun.Of("verify", "--objects", "/absent");
        run.ExitCode.ShouldBe(ExitCode.Problem);
        run.Error.TrimEnd().ShouldBe("straum: verify /absent: there is no such folder (name it with --objects)");
    }
}
