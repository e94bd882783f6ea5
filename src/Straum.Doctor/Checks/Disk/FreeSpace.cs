using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;
using Straum.Linux;

namespace Straum.Doctor.Checks.Disk;

/// <summary>Room before the kubelet starts to evict.</summary>
internal sealed class FreeSpace : Check
{
    /// <summary>Where container runtimes keep images: containerd, also that of k3s, CRI-O and Docker.</summary>
    private static readonly string[] Images = ["/var/lib/containerd", "/var/lib/rancher/k3s/agent/containerd", "/var/lib/containers", "/var/lib/docker"];
    private static readonly string[] Directories = ["/var/lib", "/var/lib/etcd", "/var/lib/kubelet", .. Images];
    private const double NodePercent = 10, ImagePercent = 15, FilePercent = 5, Near = 5;

    public override string Id => "ST-DI-005";

    public override string Title => "the node is far from disk pressure";

    public override CheckGroup Group => CheckGroup.Disk;

    public override Explanation Explanation { get; } = new(
        Why: "Below these limits the kubelet marks the node DiskPressure, evicts pods and deletes images; etcd stops taking writes when its disk is full.",
        Threshold: "fail below 10 % free of /var/lib and of the etcd and kubelet directories in it, below 15 % of the file system with the container runtime's images, below 5 % of the inodes of either; warn below 5 % more",
        Source: "Kubernetes documentation, concepts/scheduling-eviction/node-pressure-eviction (nodefs.available<10%, imagefs.available<15%, inodesFree<5% of both)",
        Fix: "crictl rmi --prune; journalctl --vacuum-size=500M; du -xh --max-depth=2 /var/lib | sort -h | tail");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        // The same file system need be named once only, and what lies on it counts for all of it.
        var places = Directories.Select(p => (Path: p, Space: host.FreeSpace(p))).Where(static p => p.Space is { Size: > 0 })
            .GroupBy(static p => (p.Space!.Value.Id, p.Space.Value.Size, p.Space.Value.Files));
        var findings = places.Select(static p => Judge(p.First().Path, p.First().Space!.Value, p.Any(static q => Images.Contains(q.Path)) ? ImagePercent : NodePercent)).ToList();
        return Task.FromResult(Several(findings, Finding.Unknown("/var/lib is not there")));
    }

    private static Finding Judge(string path, FileSystemSpace space, double limit)
    {
        var bytes = 100.0 * space.Free / space.Size;
        var files = space.Files > 0 ? 100.0 * space.FreeFiles / space.Files : 100;
        var measured = $"{Figure.Bytes(space.Free)} of {Figure.Bytes(space.Size)} free ({Figure.Percent(bytes)}, evicts below {Figure.Percent(limit)})"
            + (space.Files > 0 ? $", {Figure.Percent(files)} of the inodes" : "");
        return bytes < limit || files < FilePercent ? Finding.Fail(measured, path)
            : bytes < limit + Near || files < FilePercent + Near ? Finding.Warn(measured, path)
            : Finding.Pass(measured, path);
    }
}
