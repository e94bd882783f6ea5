using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Kernel;

/// <summary>Where programs and tables live on while the agent restarts.</summary>
internal sealed class BpfFileSystem : Check
{
    private const string Path = "/sys/fs/bpf";

    public override string Id => "ST-KE-005";

    public override string Title => "the BPF file system is mounted";

    public override CheckGroup Group => CheckGroup.Kernel;

    public override Explanation Explanation { get; } = new(
        Why: "Programs and tables are pinned there, so that traffic goes on while the agent restarts. The agent mounts it where it is missing; in a container that mount ends with the container, and traffic with it.",
        Threshold: "warn when nothing of type bpf is mounted at /sys/fs/bpf",
        Source: "kernel documentation, bpf/bpf_design_QA.rst and bpf/maps.rst; systemd mounts it since version 238",
        Fix: "mount -t bpf bpf /sys/fs/bpf && echo 'bpf /sys/fs/bpf bpf defaults 0 0' >> /etc/fstab");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop) =>
        One(host.Mounts.LastOrDefault(static m => m.Path == Path)?.FileSystemType == "bpf"
            ? Finding.Pass(Path)
            : Finding.Warn($"nothing of type bpf at {Path}"));
}
