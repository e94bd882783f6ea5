namespace Straum.Linux;

public sealed class ControlGroupTests
{
    [Fact]
    public void Delete_NestedWithProcesses_EndsThemAndRemovesAll()
    {
        using var test = new TestNamespace();
        var group = ControlGroup.Create(test.Name);
        var inner = ControlGroup.Create($"{test.Name}/inner");
        using var one = NamespacedProcess.Start(test, new ProcessSpec { FileName = "sleep", Arguments = ["60"], ControlGroup = group, OutputFile = "/dev/null" });
        using var two = NamespacedProcess.Start(test, new ProcessSpec { FileName = "sleep", Arguments = ["60"] });
        inner.AddProcess(two.Id);
        inner.Processes().ShouldBe([two.Id]);
        group.Children().ShouldHaveSingleItem().Path.ShouldBe(inner.Path);

        group.Delete().ShouldBeTrue();

        one.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        two.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        two.ExitCode.ShouldBe(128 + 9);
        group.Delete().ShouldBeFalse();
        group.Processes().ShouldBeEmpty();
    }

    [Fact]
    public void IsPopulated_ByAProcessBelow_UntilItEnds()
    {
        using var test = new TestNamespace();
        var group = ControlGroup.Create(test.Name);
        try
        {
            group.IsPopulated.ShouldBeFalse();
            using var process = NamespacedProcess.Start(test, new ProcessSpec { FileName = "sleep", Arguments = ["60"], ControlGroup = ControlGroup.Create($"{test.Name}/inner"), OutputFile = "/dev/null" });
            group.IsPopulated.ShouldBeTrue();
            group.Kill();
            process.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
            group.IsPopulated.ShouldBeFalse();
        }
        finally
        {
            group.Delete();
        }
        group.IsPopulated.ShouldBeFalse();
    }

    [Fact]
    public void Start_InAGroup_IsAMemberWhenItReturns()
    {
        using var test = new TestNamespace();
        var group = ControlGroup.Create(test.Name);
        try
        {
            for (var i = 0; i < 20; i++)
            {
                using var process = NamespacedProcess.Start(test, new ProcessSpec { FileName = "sleep", Arguments = ["60"], ControlGroup = group });
                group.Processes().ShouldContain(process.Id);
            }
        }
        finally
        {
            group.Delete();
        }
    }

    [Fact]
    public void Id_TwoGroups_Differ()
    {
        var group = ControlGroup.Create($"straum-t-id-{Environment.ProcessId}");
        try
        {
            group.Id.ShouldNotBe(ControlGroup.Root.Id);
            group.Id.ShouldBe(ControlGroup.Open(group.Path).Id);
        }
        finally
        {
            group.Delete();
        }
    }

    [Fact]
    public void Open_AbsentOrOutside_IsRefused()
    {
        Should.Throw<LinuxException>(() => ControlGroup.Open("straum-t-absent")).Errno.ShouldBe(Errno.ENOENT);
        Should.Throw<LinuxException>(() => ControlGroup.Open("../elsewhere")).Errno.ShouldBe(Errno.EINVAL);
    }
}
