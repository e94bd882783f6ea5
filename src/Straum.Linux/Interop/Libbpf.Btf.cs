using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Straum.Linux.Interop;

internal static partial class Libbpf
{
    internal const uint BTF_KIND_FUNC = 12;
    internal const uint BTF_KIND_DATASEC = 15;

    /// <summary>struct btf_type: <see cref="vlen"/> entries of the kind's own shape follow.</summary>
    internal struct btf_type
    {
        public uint name_off;
        public uint info;
        public uint size_or_type;

        public readonly uint kind => (info >> 24) & 0x1f;

        public readonly int vlen => (int)(info & 0xffff);
    }

    /// <summary>struct btf_var_secinfo</summary>
    internal struct btf_var_secinfo
    {
        public uint type;
        public uint offset;
        public uint size;
    }

    /// <summary>struct btf_member</summary>
    internal struct btf_member
    {
        public uint name_off;
        public uint type;
        public uint offset;
    }

    /// <summary>struct btf_array</summary>
    internal struct btf_array
    {
        public uint type;
        public uint index_type;
        public uint nelems;
    }

    /// <summary>struct btf * that is not part of an object.</summary>
    internal sealed class BtfHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            btf__free(handle);
            return true;
        }
    }

    [LibraryImport(Library, SetLastError = true)]
    internal static partial BtfHandle btf__load_vmlinux_btf();

    [LibraryImport(Library, SetLastError = true)]
    internal static partial BtfHandle btf__load_from_kernel_by_id(uint id);

    [LibraryImport(Library)]
    private static partial void btf__free(nint btf);

    [LibraryImport(Library)]
    internal static partial uint btf__type_cnt(nint btf);

    [LibraryImport(Library)]
    internal static unsafe partial btf_type* btf__type_by_id(nint btf, uint id);

    [LibraryImport(Library)]
    internal static unsafe partial byte* btf__name_by_offset(nint btf, uint offset);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int btf__find_by_name_kind(BtfHandle btf, string name, uint kind);
}
