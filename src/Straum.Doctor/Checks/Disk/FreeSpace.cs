using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Disk;

/// <summary>Room before the kubelet starts to evict.</summary>
internal sealed class FreeSpace : Check
{
    private static readonly string[] Directories = ["/var/lib", "/var/lib/etcd", "/var/lib/kubelet", "/var/lib/containerd"];
    private const double WarnPercent = 15, FailPercent = 10;

    public override string Id => "ST-DI-005";

    public override string Title => "the node is far from disk pressure";

    public override CheckGroup Group => CheckGroup.Disk;

    public override Explanation Explanation { get; } = new(
        Why: "Below these limits the kubelet marks the node DiskPressure, evicts pods and deletes images; etcd stops taking writes when its disk is full.",
        Threshold: "fail below 10 %, warn below 15 % free of /var/lib, and of the etcd, kubelet and containerd directories in it",
        Source: "Kubernetes documentation, concepts/scheduling-eviction/node-pressure-eviction (nodefs.available<10%, imagefs.available<15%)",
        Fix: "crictl rmi --prune; journalctl --vacuum-size=500M; du -xh --max-depth=2 /var/lib | sort -h | tail");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        // The same file system need be named once only.
        var places = Directories.Select(p => (Path: p, Space: host.FreeSpace(p))).Where(static p => p.Space is { Size: > 0 }).DistinctBy(static p => p.Space).ToList();
        var findings = places.ConvertAll(static p =>
        {
            var percent = 100.0 * p.Space!.Value.Free / p.Space.Value.Size;
            var measured = $"{Figure.Bytes(p.Space.Value.Free)} of {Figure.Bytes(p.Space.Value.Size)} free ({Figure.Percent(percent)})";
            return percent < FailPercent ? Finding.Fail(measured, p.Path) : percent < WarnPercent ? Finding.Warn(measured, p.Path) : Finding.Pass(measured, p.Path);
        });
        return Task.FromResult(Several(findings, Finding.Unknown("/var/lib is not there")));
    }
}
