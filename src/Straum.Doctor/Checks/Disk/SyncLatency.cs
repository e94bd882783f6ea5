using Straum.Doctor.Hosts;
using Straum.Doctor.Measuring;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Disk;

/// <summary>Writes as etcd writes.</summary>
internal sealed class SyncLatency : Check
{
    private static readonly TimeSpan Good = TimeSpan.FromMilliseconds(2), Bad = TimeSpan.FromMilliseconds(10);

    public override string Id => "ST-DI-001";

    public override string Title => "the disk confirms writes soon";

    public override CheckGroup Group => CheckGroup.Disk;

    public override Explanation Explanation { get; } = new(
        Why: "etcd answers nobody before its log is on the disk. Slow syncs make the API server slow, and above a heartbeat (100 ms) they cost elections. Between etcd's documented limit of 10 ms and its first alert at 500 ms nothing else warns.",
        Threshold: "99th percentile of fdatasync over 10,029 writes of 2,300 bytes into a file that has its size and blocks, as etcd's log: pass below 2 ms, fail above 10 ms",
        Source: "etcd-io/website, docs/v3.6/faq.md (10 ms); the pattern is fio --rw=write --ioengine=sync --fdatasync=1 --size=22m --bs=2300, IBM Cloud blog, April 2019",
        Fix: "move etcd to an NVMe disk of its own: systemctl stop etcd && rsync -a /var/lib/etcd/ /mnt/nvme/etcd/ && set --data-dir");

    public override bool Disturbs => true;

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var directory = EtcdDisk.DirectoryOf(host);
        if (EtcdDisk.MountOf(host, directory)?.FileSystemType is ("tmpfs" or "ramfs") and var memory)
        {
            return [Finding.Skip($"{directory} is on {memory}, which is memory; name a directory on the disk with --disk")];
        }
        var beside = EtcdDisk.IsAlive(host);
        var measured = await host.MeasureSyncAsync(directory, beside ? SyncPattern.BesideEtcd : SyncPattern.Etcd, stop).ConfigureAwait(false);
        var syncs = measured.Syncs;
        var tail = syncs.Percentile(0.99);
        var text = $"p50 {Figure.Time(syncs.Percentile(0.5))}, p99 {Figure.Time(tail)}, p99.9 {Figure.Time(syncs.Percentile(0.999))} of {Figure.Count(syncs.Count)} syncs"
            + (beside ? ", slowly beside the running etcd" : measured.Complete ? "" : ", stopped early")
            + (measured.Preallocated ? "" : "; this file system reserves no blocks in advance");
        var fix = EtcdDisk.FixWithoutEtcd(host);
        return [tail > Bad ? Finding.Fail(text, directory, fix) : tail >= Good ? Finding.Warn(text, directory, fix) : Finding.Pass(text, directory)];
    }
}
