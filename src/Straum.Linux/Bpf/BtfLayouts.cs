using System.Runtime.InteropServices;
using static Straum.Linux.Interop.Libbpf;

namespace Straum.Linux.Bpf;

/// <summary>Reads layouts out of type information, that of an object file or that which the kernel keeps with a map.</summary>
internal static unsafe class BtfLayouts
{
    private const uint Integer = 1, Array = 3, Struct = 4, Union = 5, Enum = 6, Typedef = 8, Volatile = 9, Const = 10, Restrict = 11, TypeTag = 18, Enum64 = 19;

    /// <summary>Null when the map has no types: program arrays, and maps that were made without an object file.</summary>
    public static MapLayout? Read(nint btf, uint keyType, uint valueType) =>
        btf == 0 || keyType == 0 || valueType == 0 ? null : new MapLayout(Read(btf, keyType), Read(btf, valueType));

    /// <summary>Of a map in the kernel.</summary>
    public static MapLayout? ReadKernel(uint btfId, uint keyType, uint valueType)
    {
        if (btfId == 0)
        {
            return null;
        }
        using var btf = btf__load_from_kernel_by_id(btfId);
        return btf.IsInvalid ? null : Read(btf.DangerousGetHandle(), keyType, valueType);
    }

    private static TypeLayout Read(nint btf, uint id)
    {
        var fields = new List<FieldLayout>();
        var size = Add(btf, id, "", 0, fields);
        return new TypeLayout(size, fields);
    }

    // Returns the type's size.
    private static int Add(nint btf, uint id, string path, int offset, List<FieldLayout> fields)
    {
        var type = Resolve(btf, id, out var isNetworkOrder);
        switch (type->kind)
        {
            case Struct:
                var members = new ReadOnlySpan<btf_member>(type + 1, type->vlen);
                foreach (var member in members)
                {
                    // With kind_flag set, the upper byte is the size of a bit-field.
                    var bits = type->info >> 31 != 0 ? member.offset & 0xffffff : member.offset;
                    Add(btf, member.type, Join(path, Name(btf, member.name_off)), offset + (int)(bits / 8), fields);
                }
                return (int)type->size_or_type;
            case Array:
                var array = *(btf_array*)(type + 1);
                return AddArray(btf, array, path, offset, fields);
            default:
                // A union is bytes: what they mean, only its writer knows.
                fields.Add(new FieldLayout(path, offset, (int)type->size_or_type, 1, isNetworkOrder));
                return (int)type->size_or_type;
        }
    }

    private static int AddArray(nint btf, btf_array array, string path, int offset, List<FieldLayout> fields)
    {
        var element = Resolve(btf, array.type, out var isNetworkOrder);
        if (element->kind is Integer or Enum or Enum64 or Union)
        {
            var size = (int)element->size_or_type;
            fields.Add(new FieldLayout(path, offset, size, (int)array.nelems, isNetworkOrder));
            return size * (int)array.nelems;
        }
        var total = 0;
        for (var i = 0; i < array.nelems; i++)
        {
            total += Add(btf, array.type, $"{path}[{i}]", offset + total, fields);
        }
        return total;
    }

    private static btf_type* Resolve(nint btf, uint id, out bool isNetworkOrder)
    {
        isNetworkOrder = false;
        var type = btf__type_by_id(btf, id);
        while (type->kind is Typedef or Volatile or Const or Restrict or TypeTag)
        {
            isNetworkOrder |= type->kind == Typedef && Name(btf, type->name_off).StartsWith("__be", StringComparison.Ordinal);
            type = btf__type_by_id(btf, type->size_or_type);
        }
        return type;
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : name.Length == 0 ? path : $"{path}.{name}";

    private static string Name(nint btf, uint offset) => Marshal.PtrToStringUTF8((nint)btf__name_by_offset(btf, offset)) ?? "";
}
