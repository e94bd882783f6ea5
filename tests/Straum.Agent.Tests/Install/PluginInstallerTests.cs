using System.Diagnostics;

namespace Straum.Agent.Install;

public sealed class PluginInstallerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;

    private string Programs => Directory.CreateDirectory(Path.Combine(_directory, "programs")).FullName;

    private string Plugin => Path.Combine(_directory, "opt/cni/bin/straum-cni");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Plugin_Installed_IsExecutableAndAloneInItsDirectory()
    {
        Install("#!/bin/sh\nexit 7\n").ShouldBeTrue();
        Exit(Process.Start(Plugin)).ShouldBe(7);
        Directory.GetFileSystemEntries(Path.GetDirectoryName(Plugin)!, "*", new EnumerationOptions { AttributesToSkip = 0 }).ShouldBe([Plugin]);
    }

    [Fact]
    public void Plugin_Unchanged_IsNotTouched()
    {
        Install("same");
        var before = File.GetLastWriteTimeUtc(Plugin);
        Install("same").ShouldBeFalse();
        File.GetLastWriteTimeUtc(Plugin).ShouldBe(before);
    }

    // Writing into a program that runs fails (ETXTBSY), and truncates a script under its shell.
    [Fact]
    public void Plugin_ReplacedWhileItRuns_EndsWithTheOldProgram()
    {
        File.Copy("/bin/cat", Path.Combine(Programs, "straum-cni"));
        PluginInstaller.Install(Programs, Path.GetDirectoryName(Plugin)!).ShouldBeTrue();
        using var running = Process.Start(new ProcessStartInfo(Plugin) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

        Install("#!/bin/sh\nexit 7\n").ShouldBeTrue();

        running.StandardInput.Write("still here");
        running.StandardInput.Close();
        running.StandardOutput.ReadToEnd().ShouldBe("still here");
        Exit(Process.Start(Plugin)).ShouldBe(7);
    }

    [Fact]
    public void Plugin_ThatIsNotThere_IsAnErrorThatNamesIt() =>
        Should.Throw<IOException>(() => PluginInstaller.Install(Programs, _directory)).Message.ShouldContain("programs/straum-cni");

    private bool Install(string content)
    {
        File.WriteAllText(Path.Combine(Programs, "straum-cni"), content);
        return PluginInstaller.Install(Programs, Path.GetDirectoryName(Plugin)!);
    }

    private static int Exit(Process process)
    {
        using (process)
        {
            process.WaitForExit();
            return process.ExitCode;
        }
    }
}
