using Straum.Doctor.Faults;
using Straum.Linux;

namespace Straum.Doctor.Measuring;

public sealed class SyncProbeTests
{
    private static readonly SyncPattern Short = SyncPattern.Etcd with { Writes = 20 };

    [Fact]
    public void Run_WhereBlocksCanBeReserved_ReservesThem()
    {
        using var disk = new LoopDisk("^has_journal");
        var measured = SyncProbe.Run(disk.Directory, Short, TestContext.Current.CancellationToken);
        measured.Preallocated.ShouldBeTrue();
        measured.Complete.ShouldBeTrue();
        measured.Syncs.Count.ShouldBe(20);
        NamesIn(disk).ShouldBeEmpty();
    }

    [Fact]
    public void Run_WhereBlocksCannotBeReserved_GoesOnAndSaysSo()
    {
        // A file of ext2 and ext3: without extents there are no blocks that are reserved and unwritten.
        using var disk = new LoopDisk("^has_journal,^extents,^64bit");
        var measured = SyncProbe.Run(disk.Directory, Short, TestContext.Current.CancellationToken);
        measured.Preallocated.ShouldBeFalse();
        measured.Syncs.Count.ShouldBe(20);
        NamesIn(disk).ShouldBeEmpty();
    }

    [Fact]
    public void Run_WithoutRoom_SaysSoAndLeavesNothing()
    {
        using var disk = new LoopDisk("^has_journal");
        var fault = Should.Throw<LinuxException>(() => SyncProbe.Run(disk.Directory, Short with { WriteSize = 100_000_000 }, TestContext.Current.CancellationToken));
        fault.Errno.ShouldBe(Errno.ENOSPC);
        NamesIn(disk).ShouldBeEmpty();
    }

    [Fact]
    public void Run_WhereThereIsNoDirectory_NamesItAndNotTheFile() =>
        Should.Throw<IOException>(() => SyncProbe.Run("/nonexistent", Short, TestContext.Current.CancellationToken)).Message.ShouldBe("/nonexistent is no directory");

    [Fact]
    public void Run_Cancelled_LeavesNothing()
    {
        using var disk = new LoopDisk("^has_journal");
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Should.Throw<OperationCanceledException>(() => SyncProbe.Run(disk.Directory, Short, stop.Token));
        NamesIn(disk).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("^has_journal", true)]
    [InlineData("^has_journal,^extents,^64bit", false)]
    public void Extend_GivesTheFileItsSize(string features, bool reserved)
    {
        using var disk = new LoopDisk(features);
        var path = disk.Directory + "/file";
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        Preallocation.Extend(file, 1 << 20, path).ShouldBe(reserved);
        RandomAccess.GetLength(file).ShouldBe(1 << 20);
        // In KiB.
        long.Parse(LoopDisk.Run("du", "-k", path).Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(reserved ? 1024 : 0);
    }

    private static IEnumerable<string?> NamesIn(LoopDisk disk) => Directory.EnumerateFileSystemEntries(disk.Directory).Select(Path.GetFileName).Where(static n => n != "lost+found");
}
