namespace Straum.Linux;

public sealed class FileSystemSpaceTests
{
    [Fact]
    public void Read_IsWhatStatSays()
    {
        var (code, output, _) = NamespacedProcess.Run(NetworkNamespace.Current(), "stat", "-f", "-c", "%S %b %c", "/dev/shm");
        code.ShouldBe(0);
        var fields = output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(long.Parse).ToList();
        var space = FileSystemSpace.Read("/dev/shm").ShouldNotBeNull();
        space.Size.ShouldBe(fields[0] * fields[1]);
        space.Files.ShouldBe(fields[2]);
        space.Free.ShouldBeInRange(0, space.Size);
        space.FreeFiles.ShouldBeInRange(0, space.Files);
        // One without files of its own has no size either.
        FileSystemSpace.Read("/proc/self").ShouldNotBeNull().Size.ShouldBe(0);
    }

    [Fact]
    public void Read_TwoPathsOfOneFileSystem_HaveOneId() =>
        FileSystemSpace.Read("/usr/bin")!.Value.Id.ShouldBe(FileSystemSpace.Read("/usr")!.Value.Id);

    [Theory]
    [InlineData("/gone")]
    [InlineData("/etc/passwd/gone")]
    public void Read_PathIsNotThere_IsNull(string path) => FileSystemSpace.Read(path).ShouldBeNull();
}
