using System.Buffers.Binary;
using System.Text;

namespace Straum.AbiGen.Btf;

/// <summary>The types of one object's <c>.BTF</c> section (Documentation/bpf/btf.rst of the kernel), by id; id 0 is void.</summary>
internal sealed class BtfFile
{
    private const ushort Magic = 0xeb9f;

    private BtfFile(IReadOnlyList<BtfType> types) => Types = types;

    public IReadOnlyList<BtfType> Types { get; }

    /// <summary>Reads an ELF object. Throws <see cref="AbiException"/> when it has no BTF or one this reader does not understand.</summary>
    public static BtfFile ReadObject(string path)
    {
        var section = ElfFile.Section(File.ReadAllBytes(path), ".BTF");
        return section.IsEmpty ? throw new AbiException("no .BTF section: compile with -g") : Read(section.Span);
    }

    /// <summary>The type behind qualifiers and tags, but not behind typedefs.</summary>
    public (int Id, BtfType Type) Unqualified(int id)
    {
        while (Types[id].Kind is BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag)
        {
            id = Types[id].Target;
        }
        return (id, Types[id]);
    }

    /// <summary>The type behind qualifiers, tags and typedefs.</summary>
    public (int Id, BtfType Type) Underlying(int id)
    {
        var found = Unqualified(id);
        while (found.Type.Kind == BtfKind.Typedef)
        {
            found = Unqualified(found.Type.Target);
        }
        return found;
    }

    private static BtfFile Read(ReadOnlySpan<byte> section)
    {
        if (BinaryPrimitives.ReadUInt16LittleEndian(section) != Magic)
        {
            throw new AbiException("the .BTF section does not start with the BTF magic number");
        }
        var header = (int)U32(section, 4);
        var types = section.Slice(header + (int)U32(section, 8), (int)U32(section, 12));
        var strings = section.Slice(header + (int)U32(section, 16), (int)U32(section, 20));
        var read = new List<BtfType> { new(BtfKind.Void, "void", 0, 0) };
        while (!types.IsEmpty)
        {
            read.Add(ReadType(ref types, strings));
        }
        return new BtfFile(read);
    }

    private static BtfType ReadType(ref ReadOnlySpan<byte> at, ReadOnlySpan<byte> strings)
    {
        var info = U32(at, 4);
        var count = (int)(info & 0xffff);
        var kind = (BtfKind)((info >> 24) & 0x1f);
        var flag = info >> 31 != 0;
        var sizeOrTarget = (int)U32(at, 8);
        var hasSize = kind is BtfKind.Int or BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float or BtfKind.DataSection;
        var type = new BtfType(kind, Text(strings, U32(at, 0)), hasSize ? sizeOrTarget : 0, hasSize ? 0 : sizeOrTarget);
        var tail = at[12..];
        var used = 0;
        switch (kind)
        {
            case BtfKind.Int:
                type = type with { IsSigned = (U32(tail, 0) >> 24 & 1) != 0 };
                used = 4;
                break;
            case BtfKind.Array:
                type = type with { Target = (int)U32(tail, 0), Count = (int)U32(tail, 8) };
                used = 12;
                break;
            case BtfKind.Struct or BtfKind.Union:
                type = type with { Members = MembersOf(tail, strings, count, flag) };
                used = 12 * count;
                break;
            case BtfKind.Enum:
                type = EnumOf(type, tail, strings, count, wide: false);
                used = 8 * count;
                break;
            case BtfKind.Enum64:
                type = EnumOf(type, tail, strings, count, wide: true);
                used = 12 * count;
                break;
            case BtfKind.FunctionPrototype:
                used = 8 * count;
                break;
            case BtfKind.Variable:
                used = 4;
                break;
            case BtfKind.DataSection:
                var variables = new int[count];
                for (var i = 0; i < count; i++)
                {
                    variables[i] = (int)U32(tail, 12 * i);
                }
                type = type with { Variables = variables };
                used = 12 * count;
                break;
            case BtfKind.DeclarationTag:
                type = type with { Component = (int)U32(tail, 0) };
                used = 4;
                break;
            case > BtfKind.Enum64:
                throw new AbiException($"BTF kind {(int)kind} is newer than this generator");
        }
        at = tail[used..];
        return type;
    }

    private static BtfMember[] MembersOf(ReadOnlySpan<byte> at, ReadOnlySpan<byte> strings, int count, bool hasBitfields)
    {
        var members = new BtfMember[count];
        for (var i = 0; i < count; i++)
        {
            var offset = U32(at, (12 * i) + 8);
            members[i] = new BtfMember(
                Text(strings, U32(at, 12 * i)), (int)U32(at, (12 * i) + 4),
                (int)(hasBitfields ? offset & 0xffffff : offset), (int)(hasBitfields ? offset >> 24 : 0));
        }
        return members;
    }

    private static BtfType EnumOf(BtfType type, ReadOnlySpan<byte> at, ReadOnlySpan<byte> strings, int count, bool wide)
    {
        var enumerators = new BtfEnumerator[count];
        for (var i = 0; i < count; i++)
        {
            var entry = at[((wide ? 12 : 8) * i)..];
            long value = wide ? (long)(U32(entry, 4) | ((ulong)U32(entry, 8) << 32)) : (int)U32(entry, 4);
            enumerators[i] = new BtfEnumerator(Text(strings, U32(entry, 0)), value);
        }
        return type with { Enumerators = enumerators, IsSigned = enumerators.Any(static e => e.Value < 0) };
    }

    private static string Text(ReadOnlySpan<byte> strings, uint offset)
    {
        var rest = strings[(int)offset..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
