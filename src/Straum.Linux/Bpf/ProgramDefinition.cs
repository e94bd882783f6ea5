using System.Runtime.InteropServices;
using static Straum.Linux.Interop.Libbpf;

namespace Straum.Linux.Bpf;

/// <summary>A program of an object file before loading. Settings return the definition, for more.</summary>
public sealed class ProgramDefinition
{
    private readonly BpfObjectFile _file;

    internal unsafe ProgramDefinition(BpfObjectFile file, nint pointer)
    {
        _file = file;
        Pointer = pointer;
        Name = Marshal.PtrToStringUTF8((nint)bpf_program__name(pointer)) ?? "";
        Section = Marshal.PtrToStringUTF8((nint)bpf_program__section_name(pointer)) ?? "";
    }

    /// <summary>The C function.</summary>
    public string Name { get; }

    /// <summary>As in <c>SEC(…)</c>; it gives the program its type.</summary>
    public string Section { get; }

    public BpfProgramType Type => (BpfProgramType)bpf_program__type(Pointer);

    /// <summary>struct bpf_program *, owned by the object.</summary>
    internal nint Pointer { get; }

    /// <summary>Whether <see cref="BpfObjectFile.Load"/> loads it. A section name with a leading <c>?</c> begins with no.</summary>
    public ProgramDefinition SetAutoload(bool load)
    {
        _file.CheckNotLoaded();
        Check(bpf_program__set_autoload(Pointer, (byte)(load ? 1 : 0)), "program set autoload", Name);
        return this;
    }

    /// <summary>Where the program will be attached, for kinds whose section name does not say.</summary>
    public ProgramDefinition SetExpectedAttachType(AttachType type)
    {
        _file.CheckNotLoaded();
        Check(bpf_program__set_expected_attach_type(Pointer, (uint)type), "program set attach type", Name);
        return this;
    }
}
