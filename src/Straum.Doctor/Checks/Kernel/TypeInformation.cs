using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Kernel;

/// <summary>BTF, which took the place of installed kernel headers.</summary>
internal sealed class TypeInformation : Check
{
    public override string Id => "ST-KE-003";

    public override string Title => "kernel describes its own types";

    public override CheckGroup Group => CheckGroup.Kernel;

    public override Explanation Explanation { get; } = new(
        Why: "Programs are compiled once and fitted to the running kernel's structures when they load (CO-RE). The kernel says what these look like in /sys/kernel/btf/vmlinux; installed kernel headers, which older guides ask for, are not needed.",
        Threshold: "fail without /sys/kernel/btf/vmlinux",
        Source: "CONFIG_DEBUG_INFO_BTF, Linux 5.2; kernel documentation, bpf/btf.rst",
        Fix: "use a kernel that is built with CONFIG_DEBUG_INFO_BTF=y, as every current distribution's is");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop) =>
        One(host.ListDirectory("/sys/kernel/btf") is { } types && types.Contains("vmlinux")
            ? Finding.Pass(types.Count == 1 ? "vmlinux" : $"vmlinux and {types.Count - 1} modules")
            : Finding.Fail("no /sys/kernel/btf/vmlinux"));
}
