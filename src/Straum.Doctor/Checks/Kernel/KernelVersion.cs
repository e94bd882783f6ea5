using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Kernel;

/// <summary>The floor of the version; what a kernel can do is asked feature by feature in <see cref="KernelFeatures"/>.</summary>
internal sealed class KernelVersion : Check
{
    private static readonly Version Floor = new(5, 10);

    public override string Id => "ST-KE-001";

    public override string Title => "kernel is new enough";

    public override CheckGroup Group => CheckGroup.Kernel;

    public override Explanation Explanation { get; } = new(
        Why: "Straum hands packets from device to device with kernel functions that came with Linux 5.10. Older kernels load some of its programs and refuse others.",
        Threshold: "fail below 5.10",
        Source: "first mainline version of bpf_redirect_neigh and bpf_redirect_peer; also Cilium's floor, its Documentation/operations/system_requirements.rst",
        Fix: "apt-get install linux-image-generic-hwe-$(lsb_release -rs)   # Ubuntu; or your distribution's newer kernel, then reboot");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.ReadText("/proc/sys/kernel/osrelease")?.Trim() is not { } release)
        {
            return One(Finding.Unknown("/proc/sys/kernel/osrelease is not there"));
        }
        var digits = new string([.. release.TakeWhile(static c => char.IsAsciiDigit(c) || c == '.')]).TrimEnd('.');
        return One(!Version.TryParse(digits, out var version) ? Finding.Unknown($"'{release}' begins with no version")
            : version < Floor ? Finding.Fail(release) : Finding.Pass(release));
    }
}
