using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>The loaded programs, one per hook. See bpf/*.bpf.c.</summary>
public sealed class DatapathPrograms
{
    /// <summary>Host side of a veth: what the pod sends.</summary>
    public required BpfProgram PodOut { get; init; }

    /// <summary>Host side of a veth: what the host's stack sends to the pod.</summary>
    public required BpfProgram PodIn { get; init; }

    public required BpfProgram UplinkIn { get; init; }

    public required BpfProgram UplinkOut { get; init; }

    public required BpfProgram OverlayIn { get; init; }

    public required BpfProgram OverlayOut { get; init; }

    /// <summary>The cgroup programs, by name and hook.</summary>
    public required IReadOnlyList<SocketProgram> Sockets { get; init; }

    /// <summary>Conntrack expiry; run by <see cref="Conntrack.KernelSweeper"/>, attached nowhere. Null before Linux 5.14.</summary>
    public required BpfProgram? Sweep { get; init; }
}
