using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;
using Straum.Linux.Bpf;

namespace Straum.Doctor.Checks.Kernel;

/// <summary>A kernel of one's own, as KVM gives it, or one that is shared with strangers, as OpenVZ and LXC do.</summary>
internal sealed class Virtualization : Check
{
    public override string Id => "ST-KE-004";

    public override string Title => "the kernel is this machine's own";

    public override CheckGroup Group => CheckGroup.Kernel;

    public override Explanation Explanation { get; } = new(
        Why: "In OpenVZ and LXC a provider's customers share one kernel, which none of them may load programs into. A virtual machine (KVM, Xen, Hyper-V) or hardware has its own.",
        Threshold: "fail in OpenVZ, and in a container where BPF is refused to root; warn in LXC otherwise; as another user it is unknown",
        Source: "the container= variable of systemd's container interface; /proc/vz of OpenVZ",
        Fix: "move to a virtual machine with its own kernel (KVM), or let the container's owner permit bpf()");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        // OpenVZ: guests have /proc/vz, only the machine that hosts them has /proc/bc.
        if (host.ListDirectory("/proc/vz") is not null && host.ListDirectory("/proc/bc") is null)
        {
            return One(Finding.Fail("OpenVZ container"));
        }
        var bpf = host.Probe(Features.RingBuffer);
        if (ContainerOf(host) is { } container)
        {
            var isLxc = container.StartsWith("lxc", StringComparison.Ordinal);
            var name = isLxc ? "LXC" : container;
            return One(bpf != FeatureSupport.Unknown ? isLxc ? Finding.Warn("LXC container; it may use BPF as long as its host permits") : Finding.Pass($"{name} container, which may use BPF")
                : IsRoot(host) ? Finding.Fail($"{name} container, which may not use BPF")
                // BPF is refused to other users on any machine.
                : Finding.Unknown($"{name} container; whether it may use BPF is for root to see", fix: "run it as root"));
        }
        return One(Finding.Pass(MachineOf(host)));
    }

    /// <summary>The second of the four ids is the effective one (proc_pid_status(5)).</summary>
    private static bool IsRoot(IHost host) =>
        host.ReadText("/proc/self/status")?.Split('\n').FirstOrDefault(static l => l.StartsWith("Uid:", StringComparison.Ordinal)) is not { } ids || NumberFields.Split(ids)[2] == "0";

    private static string? ContainerOf(IHost host)
    {
        const string Variable = "container=";
        return InitEnvironment(host).FirstOrDefault(static v => v.StartsWith(Variable, StringComparison.Ordinal)) is { } variable
            ? variable[Variable.Length..]
            : host.ReadText("/run/systemd/container")?.Trim() ?? (host.ReadText("/.dockerenv") is null ? null : "docker");
    }

    /// <summary>Hardened hosts keep it from root too; then the other signs decide.</summary>
    private static string[] InitEnvironment(IHost host)
    {
        try
        {
            return host.ReadText("/proc/1/environ")?.Split('\0') ?? [];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string MachineOf(IHost host)
    {
        var vendor = host.ReadText("/sys/class/dmi/id/sys_vendor")?.Trim();
        var guest = host.ReadText("/proc/cpuinfo")?.Contains(" hypervisor", StringComparison.Ordinal) == true;
        return (guest, vendor) switch
        {
            (true, null or "") => "virtual machine",
            (true, _) => $"virtual machine ({vendor})",
            (false, null or "") => "hardware",
            (false, _) => $"hardware ({vendor})",
        };
    }
}
