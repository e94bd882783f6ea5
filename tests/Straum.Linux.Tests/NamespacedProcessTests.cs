namespace Straum.Linux;

public sealed class NamespacedProcessTests
{
    [Fact]
    public void Start_WithControlGroup_IsInsideBeforeItsFirstInstruction()
    {
        using var test = new TestNamespace();
        var group = ControlGroup.Create(test.Name);
        var output = Path.GetTempFileName();
        try
        {
            using var process = NamespacedProcess.Start(test, new ProcessSpec
            {
                FileName = "sh",
                Arguments = ["-c", "cat /proc/self/cgroup; readlink /proc/self/ns/net; echo $GREETING; pwd"],
                ControlGroup = group,
                OutputFile = output,
                NewSession = true,
                WorkingDirectory = "/proc",
                Environment = new Dictionary<string, string?> { ["GREETING"] = "hello" },
            });
            process.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
            process.ExitCode.ShouldBe(0);
            var lines = File.ReadAllLines(output);
            lines.ShouldContain(line => line == $"0::/{test.Name}");
            lines.ShouldContain($"net:[{test.Namespace.Inode}]");
            lines.ShouldContain("hello");
            lines.ShouldContain("/proc");
        }
        finally
        {
            group.Delete();
            File.Delete(output);
        }
    }

    [Fact]
    public void Start_ProgramAbsentBehindTheLauncher_IsNamedInTheOutput()
    {
        using var test = new TestNamespace();
        var output = Path.GetTempFileName();
        try
        {
            using var process = NamespacedProcess.Start(test, new ProcessSpec { FileName = "absent-program", OutputFile = output });
            process.WaitForExit(TimeSpan.FromMinutes(1)).ShouldBeTrue();
            process.ExitCode.ShouldBe(127);
            File.ReadAllText(output).ShouldBe("straum: run absent-program: there is no such program on this host\n");
        }
        finally
        {
            File.Delete(output);
        }
    }

    [Fact]
    public void Start_ProgramAbsent_SaysSo()
    {
        using var test = new TestNamespace();
        Should.Throw<LinuxException>(() => NamespacedProcess.Start(test, new ProcessSpec { FileName = "/absent" })).Errno.ShouldBe(Errno.ENOENT);
    }

    [Fact]
    public void Signal_Running_EndsIt()
    {
        using var test = new TestNamespace();
        using var process = NamespacedProcess.Start(test, new ProcessSpec { FileName = "sleep", Arguments = ["60"] });
        process.Signal(15).ShouldBeTrue();
        process.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        process.ExitCode.ShouldBe(128 + 15);
        process.Signal(15).ShouldBeFalse();
    }
}
