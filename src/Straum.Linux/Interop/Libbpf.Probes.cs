using System.Runtime.InteropServices;

namespace Straum.Linux.Interop;

internal static partial class Libbpf
{
    internal const uint BPF_FUNC_redirect_neigh = 152;
    internal const uint BPF_FUNC_redirect_peer = 155;
    internal const uint BPF_FUNC_ktime_get_coarse_ns = 160;
    internal const uint BPF_FUNC_for_each_map_elem = 164;
    internal const uint BPF_FUNC_timer_init = 169;
    internal const uint BPF_FUNC_set_retval = 187;

    /// <summary>1 when supported, 0 when not, else a negative errno. Without privileges the answer is not to be trusted.</summary>
    [LibraryImport(Library)]
    internal static unsafe partial int libbpf_probe_bpf_helper(uint programType, uint helper, void* opts);

    /// <inheritdoc cref="libbpf_probe_bpf_helper"/>
    [LibraryImport(Library)]
    internal static unsafe partial int libbpf_probe_bpf_map_type(uint mapType, void* opts);

    /// <inheritdoc cref="libbpf_probe_bpf_helper"/>
    [LibraryImport(Library)]
    internal static unsafe partial int libbpf_probe_bpf_prog_type(uint programType, void* opts);
}
