using System.Globalization;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>
/// The kernel features that the datapath chooses by. To add one: a property here with its first mainline version, a probe
/// that answers <see cref="FeatureSupport.Unknown"/> when it cannot tell, and its name in <see cref="All"/>; FeaturesTests
/// then checks the version against every kernel the tests run on.
/// </summary>
public static class Features
{
    /// <summary>Type information of the kernel, which CO-RE relocations and kernel functions need.</summary>
    public static Feature Btf { get; } = new("kernel BTF", new Version(5, 2), () =>
        File.Exists("/sys/kernel/btf/vmlinux") ? FeatureSupport.Supported : FeatureSupport.NotSupported);

    public static Feature BatchOperations { get; } = new("map batch operations", new Version(5, 6), ProbeBatch);

    public static Feature RingBuffer { get; } = new("ring buffer", new Version(5, 8), () => MapType(BpfMapType.RingBuffer));

    /// <summary>Hands a packet to a device of another namespace with its neighbor resolved by the kernel.</summary>
    public static Feature RedirectNeigh { get; } = new(
        "bpf_redirect_neigh", new Version(5, 10), () => Helper(BpfProgramType.Classifier, Libbpf.BPF_FUNC_redirect_neigh));

    /// <summary>Hands a packet to the other end of a veth without its backlog queue.</summary>
    public static Feature RedirectPeer { get; } = new(
        "bpf_redirect_peer", new Version(5, 10), () => Helper(BpfProgramType.Classifier, Libbpf.BPF_FUNC_redirect_peer));

    /// <summary>The time of the last tick, without asking the clock.</summary>
    public static Feature CoarseClock { get; } = new(
        "bpf_ktime_get_coarse_ns", new Version(5, 11), () => Helper(BpfProgramType.Classifier, Libbpf.BPF_FUNC_ktime_get_coarse_ns));

    public static Feature ForEachMapElement { get; } = new(
        "bpf_for_each_map_elem", new Version(5, 13), () => Helper(BpfProgramType.Classifier, Libbpf.BPF_FUNC_for_each_map_elem));

    public static Feature SyscallPrograms { get; } = new("syscall programs", new Version(5, 14), () => ProgramType(BpfProgramType.Syscall));

    public static Feature Timers { get; } = new(
        "bpf_timer_init", new Version(5, 15), () => Helper(BpfProgramType.Classifier, Libbpf.BPF_FUNC_timer_init));

    /// <summary>Chooses the error that a refused connect returns.</summary>
    public static Feature SetReturnValue { get; } = new(
        "bpf_set_retval", new Version(5, 18), () => Helper(BpfProgramType.CgroupSocketAddress, Libbpf.BPF_FUNC_set_retval));

    /// <summary>Ends sockets whose backend is gone.</summary>
    public static Feature SockDestroy { get; } = new("bpf_sock_destroy", new Version(6, 5), () => KernelFunction("bpf_sock_destroy"));

    public static Feature Tcx { get; } = new("tcx", new Version(6, 6), ProbeTcx);

    public static IReadOnlyList<Feature> All { get; } =
    [
        Btf, BatchOperations, RingBuffer, RedirectNeigh, RedirectPeer, CoarseClock, ForEachMapElement,
        SyscallPrograms, Timers, SetReturnValue, SockDestroy, Tcx,
    ];

    private static FeatureSupport ProbeBatch()
    {
        if (!IsPrivileged())
        {
            return FeatureSupport.Unknown;
        }
        using var map = BpfMap.Create(BpfMapSpec.Hash<uint, uint>("straum_probe", 1));
        try
        {
            _ = new MapCursor<uint, uint>(map).Next();
            return FeatureSupport.Supported;
        }
        catch (LinuxException e) when (e.Errno == Errno.EINVAL)
        {
            return FeatureSupport.NotSupported;
        }
    }

    private static unsafe FeatureSupport ProbeTcx()
    {
        // Loopback is the first device of every namespace; kernels without tcx do not know the attach type.
        const int Loopback = 1;
        uint count = 0;
        return -Libbpf.bpf_prog_query(Loopback, (uint)AttachType.TcxIngress, 0, null, null, &count) switch
        {
            0 => FeatureSupport.Supported,
            (int)Errno.EINVAL => FeatureSupport.NotSupported,
            _ => FeatureSupport.Unknown,
        };
    }

    private static unsafe FeatureSupport Helper(BpfProgramType type, uint helper) =>
        IsPrivileged() ? Read(Libbpf.libbpf_probe_bpf_helper((uint)type, helper, null)) : FeatureSupport.Unknown;

    private static unsafe FeatureSupport MapType(BpfMapType type) =>
        IsPrivileged() ? Read(Libbpf.libbpf_probe_bpf_map_type((uint)type, null)) : FeatureSupport.Unknown;

    private static unsafe FeatureSupport ProgramType(BpfProgramType type) =>
        IsPrivileged() ? Read(Libbpf.libbpf_probe_bpf_prog_type((uint)type, null)) : FeatureSupport.Unknown;

    private static FeatureSupport Read(int answer) => answer switch
    {
        1 => FeatureSupport.Supported,
        0 => FeatureSupport.NotSupported,
        _ => FeatureSupport.Unknown,
    };

    /// <summary>Kernel functions have no list to ask; the kernel's type information names every one.</summary>
    private static FeatureSupport KernelFunction(string name)
    {
        if (Btf.State == FeatureSupport.NotSupported)
        {
            // Without type information no program can call a kernel function.
            return FeatureSupport.NotSupported;
        }
        using var btf = LibbpfLog.Capture(Libbpf.btf__load_vmlinux_btf, out _);
        return btf.IsInvalid ? FeatureSupport.Unknown
            : Libbpf.btf__find_by_name_kind(btf, name, Libbpf.BTF_KIND_FUNC) > 0 ? FeatureSupport.Supported
            : FeatureSupport.NotSupported;
    }

    /// <summary>CAP_BPF or CAP_SYS_ADMIN: without one a refused probe tells about the caller, not the kernel.</summary>
    private static bool IsPrivileged()
    {
        const int CapSysAdmin = 21, CapBpf = 39;
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        var effective = ulong.Parse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return (effective & (1UL << CapSysAdmin | 1UL << CapBpf)) != 0;
    }
}
