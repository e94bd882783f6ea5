using System.Runtime.InteropServices;

namespace Straum.Linux.Interop;

internal static partial class Libbpf
{
    internal const ulong BPF_ANY = 0;
    internal const ulong BPF_NOEXIST = 1;
    internal const ulong BPF_EXIST = 2;

    /// <summary>struct bpf_map_create_opts</summary>
    internal struct bpf_map_create_opts
    {
        public nuint sz;
        public uint btf_fd;
        public uint btf_key_type_id;
        public uint btf_value_type_id;
        public uint btf_vmlinux_value_type_id;
        public uint inner_map_fd;
        public uint map_flags;
        public ulong map_extra;
        public uint numa_node;
        public uint map_ifindex;
    }

    /// <summary>struct bpf_map_batch_opts</summary>
    internal struct bpf_map_batch_opts
    {
        public nuint sz;
        public ulong elem_flags;
        public ulong flags;
    }

    /// <summary>struct bpf_map_info</summary>
    internal unsafe struct bpf_map_info
    {
        public uint type;
        public uint id;
        public uint key_size;
        public uint value_size;
        public uint max_entries;
        public uint map_flags;
        public fixed byte name[16];
        public uint ifindex;
        public uint btf_vmlinux_value_type_id;
        public ulong netns_dev;
        public ulong netns_ino;
        public uint btf_id;
        public uint btf_key_type_id;
        public uint btf_value_type_id;
        public uint padding;
        public ulong map_extra;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int bpf_map_create(
        uint type, string? name, uint keySize, uint valueSize, uint maxEntries, bpf_map_create_opts* opts);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_map_lookup_elem(SafeHandle fd, void* key, void* value);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_map_update_elem(SafeHandle fd, void* key, void* value, ulong flags);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_map_delete_elem(SafeHandle fd, void* key);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_map_get_next_key(SafeHandle fd, void* key, void* nextKey);

    [LibraryImport(Library)]
    internal static partial int bpf_map_freeze(SafeHandle fd);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_map_lookup_batch(
        SafeHandle fd, void* inBatch, void* outBatch, void* keys, void* values, uint* count, bpf_map_batch_opts* opts);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_map_update_batch(SafeHandle fd, void* keys, void* values, uint* count, bpf_map_batch_opts* opts);

    [LibraryImport(Library)]
    internal static unsafe partial int bpf_map_delete_batch(SafeHandle fd, void* keys, uint* count, bpf_map_batch_opts* opts);

    [LibraryImport(Library)]
    internal static partial int bpf_map_get_fd_by_id(uint id);

    [LibraryImport(Library)]
    internal static partial int libbpf_num_possible_cpus();
}
