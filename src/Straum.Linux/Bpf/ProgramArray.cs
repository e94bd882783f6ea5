using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>
/// Programs to jump to with <c>bpf_tail_call</c>. It empties itself when neither a process nor a pin holds it, whatever
/// programs still use it.
/// </summary>
/// <remarks>BPF_MAP_TYPE_PROG_ARRAY</remarks>
public sealed class ProgramArray
{
    /// <exception cref="ArgumentException">The map is no program array.</exception>
    public ProgramArray(BpfMap map)
    {
        map.CheckType(BpfMapType.ProgramArray);
        Map = map;
    }

    public BpfMap Map { get; }

    /// <summary>Sets where a slot leads; calls through it switch at once.</summary>
    public unsafe void Set(int index, BpfProgram program)
    {
        var fd = (uint)program.Handle.DangerousGetHandle();
        var result = Libbpf.bpf_map_update_elem(Map.Handle, &index, &fd, Libbpf.BPF_ANY);
        GC.KeepAlive(program);
        Libbpf.Check(result, "map update", $"{Map.Name}[{index}] ← {program.Name}");
    }

    /// <summary>The kernel's id of the program in a slot, 0 when it is empty.</summary>
    public unsafe uint Get(int index)
    {
        uint id;
        var result = Libbpf.bpf_map_lookup_elem(Map.Handle, &index, &id);
        return result == 0 ? id : result == -(int)Errno.ENOENT ? 0u : throw new LinuxException("map lookup", $"{Map.Name}[{index}]", (Errno)(-result));
    }

    /// <summary>Empties a slot: calls through it fall through. Returns <c>false</c> when it was empty.</summary>
    public unsafe bool Clear(int index)
    {
        var result = Libbpf.bpf_map_delete_elem(Map.Handle, &index);
        return result == 0 || (result == -(int)Errno.ENOENT ? false : throw new LinuxException("map delete", $"{Map.Name}[{index}]", (Errno)(-result)));
    }
}
