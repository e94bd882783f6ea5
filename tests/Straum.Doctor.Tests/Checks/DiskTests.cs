using Straum.Doctor.Measuring;
using Straum.Linux;

namespace Straum.Doctor.Checks;

public sealed class DiskTests : CheckTest
{
    [Theory]
    [InlineData(0.4, Verdict.Pass)]
    [InlineData(4, Verdict.Warn)]
    [InlineData(15, Verdict.Fail)]
    public async Task Sync_IsJudgedByTheTail(double milliseconds, Verdict verdict)
    {
        Host.Sync = Measure(milliseconds);
        (await FindAsync("ST-DI-001")).Verdict.ShouldBe(verdict);
        Host.AskedPattern.ShouldBe(SyncPattern.Etcd);
    }

    [Fact]
    public async Task Sync_BesideEtcd_IsGentle()
    {
        Host.Sync = Measure(1);
        Host.Files["/proc/812/comm"] = ["etcd\n"];
        await ShouldBeAsync("ST-DI-001", Verdict.Pass, "beside the running etcd");
        Host.AskedPattern.ShouldBe(SyncPattern.BesideEtcd);
    }

    [Fact]
    public async Task SlowDisk_WhereNoEtcdRuns_IsNoMatterOfMovingEtcd()
    {
        Host.Sync = Measure(15);
        Host.MountList.Add(new MountPoint { Root = "/", Path = "/", FileSystemType = "ext4", Source = "/dev/sda", Options = "rw", IsReadOnly = false });
        Host.Files["/sys/class/block/sda/queue/rotational"] = ["1\n"];
        foreach (var id in new[] { "ST-DI-001", "ST-DI-002" })
        {
            (await FindAsync(id)).Fix.ShouldNotBeNull().ShouldStartWith("put /var/lib on an SSD or NVMe disk");
            Catalogue.Find(id)!.Title.ShouldNotContain("etcd");
        }
        // Then the check's own words are the fix.
        Host.Files["/proc/812/comm"] = ["etcd\n"];
        (await FindAsync("ST-DI-001")).Fix.ShouldBeNull();
        (await FindAsync("ST-DI-002")).Fix.ShouldBeNull();
    }

    [Fact]
    public async Task Sync_CannotWrite_IsUnknown() => await ShouldBeAsync("ST-DI-001", Verdict.Unknown, "read-only file system");

    [Theory]
    [InlineData("0\n", Verdict.Pass)]
    [InlineData("1\n", Verdict.Warn)]
    public async Task Rotational_OfAPartition_IsItsDisks(string rotational, Verdict verdict)
    {
        Host.MountList.Add(new MountPoint { Root = "/", Path = "/", FileSystemType = "ext4", Source = "/dev/sda1", Options = "rw", IsReadOnly = false });
        Host.Links["/sys/class/block/sda1"] = "/sys/devices/pci/block/sda/sda1";
        Host.Files["/sys/devices/pci/block/sda/queue/rotational"] = [rotational];
        (await FindAsync("ST-DI-002")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task Rotational_NoBlockDevice_DoesNotApply()
    {
        Host.MountList.Add(new MountPoint { Root = "/", Path = "/", FileSystemType = "overlay", Source = "overlay", Options = "rw", IsReadOnly = false });
        await ShouldBeAsync("ST-DI-002", Verdict.Skip, "overlay");
    }

    [Fact]
    public async Task EtcdMetrics_SlowSync_Fails()
    {
        await ShouldBeAsync("ST-DI-004", Verdict.Skip, "no etcd");
        Host.Pages["http://127.0.0.1:2381/metrics"] =
            """
            # TYPE etcd_disk_wal_fsync_duration_seconds histogram
            etcd_disk_wal_fsync_duration_seconds_bucket{le="0.001"} 900
            etcd_disk_wal_fsync_duration_seconds_bucket{le="0.008"} 950
            etcd_disk_wal_fsync_duration_seconds_bucket{le="0.016"} 1000
            etcd_disk_wal_fsync_duration_seconds_bucket{le="+Inf"} 1000
            etcd_disk_backend_commit_duration_seconds_bucket{le="0.016"} 100
            etcd_disk_backend_commit_duration_seconds_bucket{le="+Inf"} 100
            """;
        var result = await ExamineAsync("ST-DI-004");
        result.Findings.Select(static f => f.Verdict).ShouldBe([Verdict.Fail, Verdict.Pass]);
        result.Findings[0].Measured.ShouldBe("p99 of its log syncs at most 16.0 ms");
    }

    [Fact]
    public async Task EtcdMetrics_HiddenBehindTls_IsUnknown()
    {
        Host.Files["/proc/812/comm"] = ["etcd\n"];
        (await FindAsync("ST-DI-004")).Verdict.ShouldBe(Verdict.Unknown);
    }

    [Theory]
    [InlineData(50, Verdict.Pass)]
    [InlineData(12, Verdict.Warn)]
    [InlineData(3, Verdict.Fail)]
    public async Task FreeSpace_IsTheKubeletsLimit(long free, Verdict verdict)
    {
        Host.Space["/var/lib"] = (free << 30, 100L << 30);
        Host.Space["/var/lib/kubelet"] = (free << 30, 100L << 30);
        (await FindAsync("ST-DI-005")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task Sync_WithoutReservedBlocks_SaysSo()
    {
        Host.Sync = Measure(1) with { Preallocated = false };
        await ShouldBeAsync("ST-DI-001", Verdict.Pass, "reserves no blocks");
    }

    private static SyncMeasurement Measure(double milliseconds)
    {
        var syncs = new LatencyHistogram();
        for (var i = 0; i < 100; i++)
        {
            syncs.Record(TimeSpan.FromMilliseconds(i < 95 ? 0.1 : milliseconds));
        }
        return new SyncMeasurement("/var/lib", syncs, new LatencyHistogram(), TimeSpan.FromSeconds(1), Complete: true, Preallocated: true);
    }
}
