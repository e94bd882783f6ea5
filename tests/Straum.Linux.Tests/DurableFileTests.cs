using System.Text;

namespace Straum.Linux;

public sealed class DurableFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("straum-t-").FullName;

    private string Place => Path.Combine(_root, "one/two/file.conf");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Write_MakesTheFoldersAndTheFileAlone()
    {
        DurableFile.Write(Place, "new"u8).ShouldBeTrue();
        File.ReadAllText(Place).ShouldBe("new");
        File.GetUnixFileMode(Place).ShouldBe(DurableFile.Readable);
        Names().ShouldBe(["file.conf"]);
    }

    [Fact]
    public void Write_SameContentAndMode_TouchesNothing()
    {
        DurableFile.Write(Place, "same"u8);
        File.SetLastWriteTimeUtc(Place, DateTime.UnixEpoch);
        DurableFile.Write(Place, "same"u8).ShouldBeFalse();
        File.GetLastWriteTimeUtc(Place).ShouldBe(DateTime.UnixEpoch);
        DurableFile.Write(Place, "same"u8, UnixFileMode.UserRead).ShouldBeTrue();
        File.GetUnixFileMode(Place).ShouldBe(UnixFileMode.UserRead);
    }

    [Fact]
    public void Write_AfterAnInterruptedOne_IsWholeAndOfItsMode()
    {
        DurableFile.MakeFolderOf(Place);
        File.WriteAllText(Leftover, "a longer content that was cut o");
        File.SetLastWriteTimeUtc(Leftover, DateTime.UtcNow - TimeSpan.FromDays(1));
        DurableFile.Write(Place, "key"u8, UnixFileMode.UserRead | UnixFileMode.UserWrite).ShouldBeTrue();
        File.ReadAllText(Place).ShouldBe("key");
        File.GetUnixFileMode(Place).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Names().ShouldBe(["file.conf"]);
    }

    [Fact]
    public void Write_WithFilesOfOthersBeside_LeavesThem()
    {
        DurableFile.MakeFolderOf(Place);
        // One that is being written now, and old ones: of another file with a longer name, and of nobody's pattern.
        string[] others = [Leftover, Leftover.Replace("file.conf", "file.conf.more", StringComparison.Ordinal), Place + ".new"];
        foreach (var other in others)
        {
            File.WriteAllText(other, "theirs");
            File.SetLastWriteTimeUtc(other, DateTime.UtcNow - TimeSpan.FromDays(other == Leftover ? 0 : 1));
        }
        DurableFile.Write(Place, "new"u8).ShouldBeTrue();
        others.ShouldAllBe(static f => File.ReadAllText(f) == "theirs");
    }

    // Whoever may read a directory may lock it: any user, or a container that has it read-only.
    [Fact]
    public void Write_WhileSomebodyHoldsTheFolder_DoesNotWait()
    {
        DurableFile.MakeFolderOf(Place);
        using var held = DurableDirectory.Lock(Path.GetDirectoryName(Place)!, TimeSpan.Zero);
        DurableFile.Write(Place, "new"u8).ShouldBeTrue();
    }

    // The runtime takes a shared lock of what it opens, so somebody's exclusive one is a fault to it.
    [Fact]
    public void Write_OverAFileThatSomebodyHolds_ReplacesIt()
    {
        DurableFile.Write(Place, "same"u8);
        using var held = new FileStream(Place, FileMode.Open, FileAccess.Read, FileShare.None);
        DurableFile.Write(Place, "same"u8).ShouldBeTrue();
        DurableFile.Write(Place, "same"u8).ShouldBeFalse("nobody holds the new one");
    }

    [Fact]
    public void Lock_OfAFolderThatIsHeld_IsAFaultThatSaysHowToFindWho()
    {
        using (DurableDirectory.Lock(_root, TimeSpan.Zero))
        {
            var fault = Should.Throw<LinuxException>(() => DurableDirectory.Lock(_root, TimeSpan.Zero));
            fault.Errno.ShouldBe(Errno.EAGAIN);
            fault.Message.ShouldContain(_root);
            fault.Message.ShouldContain("lslocks");
        }
        DurableDirectory.Lock(_root, TimeSpan.Zero).Dispose();
    }

    [Fact]
    public void Write_OverADirectory_IsAFaultThatLeavesNothing()
    {
        Directory.CreateDirectory(Place);
        Should.Throw<IOException>(() => DurableFile.Write(Place, "new"u8));
        Names().ShouldBe(["file.conf"]);
    }

    [Fact]
    public void Write_ByManyAtOnce_IsOneOfThem()
    {
        var contents = Enumerable.Range(0, 16).Select(static i => new string((char)('a' + i), 10_000 + i)).ToList();
        Parallel.ForEach(contents, c => DurableFile.Write(Place, Encoding.ASCII.GetBytes(c)));
        contents.ShouldContain(File.ReadAllText(Place));
        Names().ShouldBe(["file.conf"]);
    }

    [Fact]
    public void Remove_TakesWhatAnInterruptedWriteLeft()
    {
        DurableFile.Write(Place, "new"u8);
        File.WriteAllText(Leftover, "cut o");
        DurableFile.Remove(Place);
        Names().ShouldBeEmpty();
        DurableFile.Remove(Place);
        DurableFile.Remove(Path.Combine(_root, "no/such/folder/file"));
    }

    [Fact]
    public void MakeFolderOf_NamesWhatItMade()
    {
        DurableFile.MakeFolderOf(Place).ShouldBe([Path.Combine(_root, "one/two"), Path.Combine(_root, "one")]);
        DurableFile.MakeFolderOf(Place).ShouldBeEmpty();
    }

    private string Leftover => Path.Combine(_root, "one/two/.file.conf.0123456789abcdef0123456789abcdef.new");

    private IEnumerable<string?> Names() => Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Place)!, "*", new EnumerationOptions { AttributesToSkip = 0 }).Select(Path.GetFileName);
}
