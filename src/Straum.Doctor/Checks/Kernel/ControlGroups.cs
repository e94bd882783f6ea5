using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Kernel;

/// <summary>The hierarchy that socket programs attach to.</summary>
internal sealed class ControlGroups : Check
{
    public override string Id => "ST-KE-006";

    public override string Title => "cgroup v2 is mounted";

    public override CheckGroup Group => CheckGroup.Kernel;

    public override Explanation Explanation { get; } = new(
        Why: "Services are translated when a process connects, by programs on the root of cgroup v2: without it that translation has nowhere to be. Beside version 1 (hybrid) it works, but the kubelet's limits and pressure figures of pods are version 1's.",
        Threshold: "fail when no cgroup2 is mounted; a hybrid host is named",
        Source: "kernel documentation, admin-guide/cgroup-v2.rst; Kubernetes documentation, concepts/architecture/cgroups",
        Fix: "grubby --update-kernel=ALL --args=systemd.unified_cgroup_hierarchy=1 && reboot   # Debian and Ubuntu: GRUB_CMDLINE_LINUX in /etc/default/grub, update-grub");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var mount = host.Mounts.LastOrDefault(static m => m is { FileSystemType: "cgroup2", Root: "/" });
        return One(mount is null ? Finding.Fail("not mounted")
            : host.Mounts.Any(static m => m.FileSystemType == "cgroup") ? Finding.Pass($"{mount.Path}, beside version 1")
            : Finding.Pass(mount.Path));
    }
}
