using System.Runtime.InteropServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>What the kernel says about a loaded program.</summary>
public sealed record BpfProgramInfo
{
    public required BpfProgramType Type { get; init; }

    public required uint Id { get; init; }

    /// <summary>At most 15 bytes: the kernel cuts longer names.</summary>
    public required string Name { get; init; }

    /// <summary>Hash of the instructions, as sixteen hexadecimal digits: equal for equal code.</summary>
    public required string Tag { get; init; }

    /// <summary>Instructions that the verifier walked through; 0 before Linux 5.16.</summary>
    public int VerifiedInstructions { get; init; }

    /// <summary>Size after the kernel's rewriting, in bytes; an instruction has eight.</summary>
    public int TranslatedSize { get; init; }

    /// <summary>Size of the machine code, in bytes.</summary>
    public int JitedSize { get; init; }

    /// <summary>When it was loaded, since the machine started.</summary>
    public TimeSpan LoadedAt { get; init; }

    /// <summary>Only while statistics are on (<c>kernel.bpf_stats_enabled</c>).</summary>
    public ulong RunCount { get; init; }

    /// <inheritdoc cref="RunCount"/>
    public TimeSpan RunTime { get; init; }

    public IReadOnlyList<uint> MapIds { get; init; } = [];

    internal static unsafe BpfProgramInfo Read(SafeHandle program, string subject)
    {
        Libbpf.bpf_prog_info info = default;
        var length = (uint)sizeof(Libbpf.bpf_prog_info);
        Libbpf.Check(Libbpf.bpf_obj_get_info_by_fd(program, &info, &length), "program info", subject);
        var maps = new uint[info.nr_map_ids];
        if (maps.Length > 0)
        {
            // The first call told how many; the second fills them in. Everything else it might fill must be asked for by zeroes.
            fixed (uint* ids = maps)
            {
                Libbpf.bpf_prog_info again = default;
                again.nr_map_ids = (uint)maps.Length;
                again.map_ids = (ulong)ids;
                length = (uint)sizeof(Libbpf.bpf_prog_info);
                Libbpf.Check(Libbpf.bpf_obj_get_info_by_fd(program, &again, &length), "program info", subject);
            }
        }
        return new BpfProgramInfo
        {
            Type = (BpfProgramType)info.type,
            Id = info.id,
            Name = Marshal.PtrToStringUTF8((nint)info.name) ?? "",
            Tag = Convert.ToHexStringLower(new ReadOnlySpan<byte>(info.tag, 8)),
            VerifiedInstructions = (int)info.verified_insns,
            TranslatedSize = (int)info.xlated_prog_len,
            JitedSize = (int)info.jited_prog_len,
            LoadedAt = TimeSpan.FromTicks((long)(info.load_time / 100)),
            RunCount = info.run_cnt,
            RunTime = TimeSpan.FromTicks((long)(info.run_time_ns / 100)),
            MapIds = maps,
        };
    }
}
