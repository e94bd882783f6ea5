using System.Buffers.Binary;
using System.Text;

namespace Straum.AbiGen.Btf;

/// <summary>The sections of a little-endian ELF64 object, as clang writes for the BPF target (System V gABI, chapter 4).</summary>
internal static class ElfFile
{
    private const int HeaderSize = 64;
    private const int SectionHeaderSize = 64;

    /// <summary>The bytes of a section, or empty when there is none of that name. Throws <see cref="AbiException"/> for what is not ELF64.</summary>
    public static ReadOnlyMemory<byte> Section(ReadOnlyMemory<byte> file, string name)
    {
        var bytes = file.Span;
        if (bytes.Length < HeaderSize || !bytes.StartsWith("\u007fELF"u8) || bytes[4] != 2 || bytes[5] != 1)
        {
            throw new AbiException("not a little-endian ELF64 object");
        }
        var table = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes[0x28..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[0x3c..]);
        var names = ContentOf(file, table, BinaryPrimitives.ReadUInt16LittleEndian(bytes[0x3e..])).Span;
        for (var i = 0; i < count; i++)
        {
            var nameAt = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[(table + (i * SectionHeaderSize))..]);
            var end = names[nameAt..].IndexOf((byte)0);
            if (Encoding.ASCII.GetString(names.Slice(nameAt, end)) == name)
            {
                return ContentOf(file, table, i);
            }
        }
        return default;
    }

    private static ReadOnlyMemory<byte> ContentOf(ReadOnlyMemory<byte> file, int table, int index)
    {
        var header = file.Span.Slice(table + (index * SectionHeaderSize), SectionHeaderSize);
        var offset = (int)BinaryPrimitives.ReadUInt64LittleEndian(header[0x18..]);
        var size = (int)BinaryPrimitives.ReadUInt64LittleEndian(header[0x20..]);
        return file.Slice(offset, size);
    }
}
