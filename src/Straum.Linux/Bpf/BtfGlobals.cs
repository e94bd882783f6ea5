using System.Runtime.InteropServices;
using static Straum.Linux.Interop.Libbpf;

namespace Straum.Linux.Bpf;

/// <summary>Where a global variable lies, by the type information (BTF) that the compiler leaves in the object.</summary>
internal static unsafe class BtfGlobals
{
    /// <param name="Section">Such as <c>.rodata</c>.</param>
    /// <param name="Offset">In bytes from the section's start.</param>
    /// <param name="Size">In bytes.</param>
    public sealed record Location(string Section, int Offset, int Size);

    /// <summary>Searches the sections whose name begins with <paramref name="sectionPrefix"/>.</summary>
    public static Location? Find(nint btf, string name, string sectionPrefix)
    {
        if (btf == 0)
        {
            return null;
        }
        for (uint id = 1; id < btf__type_cnt(btf); id++)
        {
            var type = btf__type_by_id(btf, id);
            if (type->kind != BTF_KIND_DATASEC)
            {
                continue;
            }
            var section = Name(btf, type->name_off);
            if (section.StartsWith(sectionPrefix, StringComparison.Ordinal) && FindIn(btf, type, name) is { } found)
            {
                return new Location(section, (int)found.offset, (int)found.size);
            }
        }
        return null;
    }

    private static btf_var_secinfo? FindIn(nint btf, btf_type* section, string name)
    {
        var variables = new ReadOnlySpan<btf_var_secinfo>(section + 1, section->vlen);
        foreach (var variable in variables)
        {
            if (Name(btf, btf__type_by_id(btf, variable.type)->name_off) == name)
            {
                return variable;
            }
        }
        return null;
    }

    // The text belongs to libbpf: copied, never freed.
    private static string Name(nint btf, uint offset) => Marshal.PtrToStringUTF8((nint)btf__name_by_offset(btf, offset)) ?? "";
}
