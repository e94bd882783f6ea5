using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Disk;

/// <summary>A disk that turns.</summary>
internal sealed class RotationalDisk : Check
{
    public override string Id => "ST-DI-002";

    public override string Title => "the disk does not turn";

    public override CheckGroup Group => CheckGroup.Disk;

    public override Explanation Explanation { get; } = new(
        Why: "A turning disk confirms a write when the right place comes by: 4 to 10 ms on average, far more under load. Virtual disks may say that they turn when they do not; ST-DI-001 measures.",
        Threshold: "warn when the block device of etcd's directory, or else of /var/lib, says rotational = 1",
        Source: "/sys/block/DEVICE/queue/rotational; etcd-io/website, docs/v3.6/op-guide/hardware.md (SSD)",
        Fix: "move etcd's data directory to an SSD or NVMe disk");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var directory = EtcdDisk.DirectoryOf(host);
        var mount = EtcdDisk.MountOf(host, directory);
        if (mount is null || !mount.Source.StartsWith("/dev/", StringComparison.Ordinal))
        {
            return One(Finding.Skip($"{directory} is on {mount?.FileSystemType ?? "no known file system"}, which has no block device"));
        }
        // /dev/mapper/x is a link to /dev/dm-0; a partition's settings are its disk's, one directory up.
        var device = Path.GetFileName(host.ResolvePath(mount.Source) ?? mount.Source);
        var place = host.ResolvePath("/sys/class/block/" + device) ?? "/sys/class/block/" + device;
        var rotational = (host.ReadText(place + "/queue/rotational") ?? host.ReadText(Path.GetDirectoryName(place) + "/queue/rotational"))?.Trim();
        return One(rotational switch
        {
            "0" => Finding.Pass("does not turn", device),
            "1" => Finding.Warn("says that it turns", device, EtcdDisk.FixWithoutEtcd(host)),
            _ => Finding.Unknown("the kernel does not say", device),
        });
    }
}
