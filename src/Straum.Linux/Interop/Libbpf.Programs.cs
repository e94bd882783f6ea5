using System.Runtime.InteropServices;

namespace Straum.Linux.Interop;

internal static partial class Libbpf
{
    internal const uint BPF_F_TEST_SKB_CHECKSUM_COMPLETE = 1 << 2;

    /// <summary>struct bpf_test_run_opts</summary>
    internal unsafe struct bpf_test_run_opts
    {
        public nuint sz;
        public void* data_in;
        public void* data_out;
        public uint data_size_in;
        public uint data_size_out;
        public void* ctx_in;
        public void* ctx_out;
        public uint ctx_size_in;
        public uint ctx_size_out;
        public uint retval;
        public int repeat;
        public uint duration;
        public uint flags;
        public uint cpu;
        public uint batch_size;
    }

    /// <summary>struct bpf_prog_info, up to the last field read here.</summary>
    internal unsafe struct bpf_prog_info
    {
        public uint type;
        public uint id;
        public fixed byte tag[8];
        public uint jited_prog_len;
        public uint xlated_prog_len;
        public ulong jited_prog_insns;
        public ulong xlated_prog_insns;
        public ulong load_time;
        public uint created_by_uid;
        public uint nr_map_ids;
        public ulong map_ids;
        public fixed byte name[16];
        public uint ifindex;
        public uint gpl_compatible;
        public ulong netns_dev;
        public ulong netns_ino;
        public uint nr_jited_ksyms;
        public uint nr_jited_func_lens;
        public ulong jited_ksyms;
        public ulong jited_func_lens;
        public uint btf_id;
        public uint func_info_rec_size;
        public ulong func_info;
        public uint nr_func_info;
        public uint nr_line_info;
        public ulong line_info;
        public ulong jited_line_info;
        public uint nr_jited_line_info;
        public uint line_info_rec_size;
        public uint jited_line_info_rec_size;
        public uint nr_prog_tags;
        public ulong prog_tags;
        public ulong run_time_ns;
        public ulong run_cnt;
        public ulong recursion_misses;
        public uint verified_insns;
        public uint attach_btf_obj_id;
        public uint attach_btf_id;
        public uint padding;
    }

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_prog_test_run_opts(SafeHandle fd, bpf_test_run_opts* opts);

    [LibraryImport(Library)]
    internal static partial int bpf_prog_get_fd_by_id(uint id);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_obj_get_info_by_fd(SafeHandle fd, void* info, uint* length);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_obj_pin(SafeHandle fd, string path);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_obj_get(string path);
}
