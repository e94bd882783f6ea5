using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

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

    /// <summary>The program for a pinned link by the link's name; null when this build has none for it.</summary>
    internal BpfProgram? Of(string link) => LinkName.TryParse(link) is { } device
        ? (device.Role, device.Direction) switch
        {
            (LinkName.Pod, TcDirection.Ingress) => PodOut,
            (LinkName.Pod, TcDirection.Egress) => PodIn,
            (LinkName.Uplink, TcDirection.Ingress) => UplinkIn,
            (LinkName.Uplink, TcDirection.Egress) => UplinkOut,
            (LinkName.Overlay, TcDirection.Ingress) => OverlayIn,
            (LinkName.Overlay, TcDirection.Egress) => OverlayOut,
            _ => null,
        }
        : Sockets.FirstOrDefault(s => s.Name == link)?.Program;
}
