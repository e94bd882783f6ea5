namespace Straum.Linux;

public sealed class MountsTests
{
    [Fact]
    public void Parse_EscapesAndOptionalFields_AreUnderstood()
    {
        var mount = MountPoint.Parse(@"36 35 98:0 /mnt\0401 /with\040space\134and\011tab rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue");
        mount.Root.ShouldBe("/mnt 1");
        mount.Path.ShouldBe("/with space\\and\ttab");
        mount.FileSystemType.ShouldBe("ext3");
        mount.Source.ShouldBe("/dev/root");
        mount.Options.ShouldBe("rw,errors=continue");
    }

    [Theory]
    [InlineData("")]
    [InlineData("36 35 98:0 / /mnt rw")]
    [InlineData("36 35 98:0 / /mnt rw - ext3")]
    public void Parse_CutLine_IsRefused(string line) => Should.Throw<InvalidDataException>(() => MountPoint.Parse(line));

    [Fact]
    public void BindAndUnmount_Directory_AppearsAndGoes()
    {
        var target = Directory.CreateTempSubdirectory("straum-t-").FullName;
        try
        {
            Mounts.Bind("/proc", target);
            Mounts.IsMountPoint(target).ShouldBeTrue();
            File.Exists(target + "/version").ShouldBeTrue();
            Mounts.Unmount(target).ShouldBeTrue();
            Mounts.Unmount(target).ShouldBeFalse();
            Mounts.IsMountPoint(target).ShouldBeFalse();
        }
        finally
        {
            Directory.Delete(target);
        }
    }

    [Fact]
    public void EnsureBpfFileSystem_Twice_MountsOnce()
    {
        Mounts.EnsureBpfFileSystem();
        Mounts.EnsureBpfFileSystem();
        Mounts.List().Count(m => m.Path == Mounts.BpfFileSystem && m.FileSystemType == "bpf").ShouldBe(1);
    }

    [Fact]
    public void EnsureWritable_BelowAReadOnlyMount_OpensThatDirectoryAlone()
    {
        var directory = Directory.CreateTempSubdirectory("straum-t-").FullName;
        var inner = Directory.CreateDirectory(Path.Combine(directory, "inner")).FullName;
        Mounts.Bind(directory, directory);
        try
        {
            using var here = NetworkNamespace.Current();
            NamespacedProcess.Run(here, "mount", "-o", "remount,bind,ro", directory).ExitCode.ShouldBe(0);
            Should.Throw<IOException>(() => File.WriteAllText(Path.Combine(inner, "file"), ""));

            Mounts.EnsureWritable(inner);
            Mounts.EnsureWritable(inner);

            File.WriteAllText(Path.Combine(inner, "file"), "");
            Mounts.List().Count(m => m.Path == inner).ShouldBe(1);
            Should.Throw<IOException>(() => File.WriteAllText(Path.Combine(directory, "file"), ""));
        }
        finally
        {
            Mounts.Unmount(inner);
            Mounts.Unmount(directory);
            Directory.Delete(directory, recursive: true);
        }
    }
}
