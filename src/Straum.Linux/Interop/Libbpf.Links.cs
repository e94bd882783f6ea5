using System.Runtime.InteropServices;

namespace Straum.Linux.Interop;

internal static partial class Libbpf
{
    internal const uint BPF_F_BEFORE = 1 << 3;

    internal const uint BPF_LINK_TYPE_CGROUP = 3;
    internal const uint BPF_LINK_TYPE_XDP = 6;
    internal const uint BPF_LINK_TYPE_TCX = 11;

    /// <summary>struct bpf_link_create_opts, up to the fields that every version has.</summary>
    internal unsafe struct bpf_link_create_opts
    {
        public nuint sz;
        public uint flags;
        public void* iter_info;
        public uint iter_info_len;
        public uint target_btf_id;
    }

    /// <summary>struct bpf_link_info with the arms of its union that are read here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    internal struct bpf_link_info
    {
        [FieldOffset(0)] public uint type;
        [FieldOffset(4)] public uint id;
        [FieldOffset(8)] public uint prog_id;
        [FieldOffset(16)] public ulong cgroup_id;
        [FieldOffset(24)] public uint cgroup_attach_type;
        [FieldOffset(16)] public uint ifindex;
        [FieldOffset(20)] public uint tcx_attach_type;
    }

    /// <summary>Attaches to what <paramref name="target"/> describes, such as a control group.</summary>
    [LibraryImport(Library)]
    internal static unsafe partial int bpf_link_create(SafeHandle program, SafeHandle target, uint attachType, bpf_link_create_opts* opts);

    /// <summary>Attaches to a device of the calling thread's namespace.</summary>
    [LibraryImport(Library)]
    internal static unsafe partial int bpf_link_create(SafeHandle program, int ifindex, uint attachType, bpf_link_create_opts* opts);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_link_update(SafeHandle link, SafeHandle program, void* opts);

    [LibraryImport(Library)]
    internal static partial int bpf_link_detach(SafeHandle link);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_link_get_next_id(uint startId, uint* nextId);

    [LibraryImport(Library)]
    internal static partial int bpf_link_get_fd_by_id(uint id);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_prog_query(
        SafeHandle target, uint attachType, uint flags, uint* attachFlags, uint* programIds, uint* programCount);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_prog_query(
        int ifindex, uint attachType, uint flags, uint* attachFlags, uint* programIds, uint* programCount);
}
