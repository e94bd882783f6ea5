using System.Runtime.InteropServices;

namespace Straum.Linux.Bpf;

/// <summary>
/// The fields of struct __sk_buff that a test run may set, at their places; the kernel refuses a context with any other byte
/// set. Give it to <see cref="BpfProgram.TestRun"/> by <see cref="ToBytes"/>.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
public struct SkbContext
{
    /// <summary>Set by the kernel after the run.</summary>
    [FieldOffset(0)] public uint Length;

    [FieldOffset(8)] public uint Mark;

    [FieldOffset(32)] public uint Priority;

    /// <summary>The device the packet came in by.</summary>
    [FieldOffset(36)] public uint IngressInterfaceIndex;

    /// <summary>The device the program runs on; it decides whose namespace helpers look in.</summary>
    [FieldOffset(40)] public uint InterfaceIndex;

    [FieldOffset(48)] public uint Cb0;
    [FieldOffset(52)] public uint Cb1;
    [FieldOffset(56)] public uint Cb2;
    [FieldOffset(60)] public uint Cb3;
    [FieldOffset(64)] public uint Cb4;

    [FieldOffset(152)] public ulong Timestamp;
    [FieldOffset(160)] public uint WireLength;
    [FieldOffset(164)] public uint GsoSegments;
    [FieldOffset(176)] public uint GsoSize;

    public static SkbContext FromBytes(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<SkbContext>(bytes);

    public readonly byte[] ToBytes() => MemoryMarshal.AsBytes(new ReadOnlySpan<SkbContext>(in this)).ToArray();
}
