using System.Runtime.InteropServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>What the kernel says about an attachment.</summary>
public sealed record BpfLinkInfo
{
    public required uint Id { get; init; }

    /// <summary>The program attached now.</summary>
    public required uint ProgramId { get; init; }

    /// <summary>For tcx and XDP the device, in its own namespace; 0 when it is gone, and for others.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>For control groups; 0 when the group is gone, and for others.</summary>
    public ulong CgroupId { get; init; }

    /// <summary><c>null</c> for kinds of links that this library does not make.</summary>
    public AttachType? AttachType { get; init; }

    internal static unsafe BpfLinkInfo Read(SafeHandle link, string subject)
    {
        Libbpf.bpf_link_info info = default;
        var length = (uint)sizeof(Libbpf.bpf_link_info);
        Libbpf.Check(Libbpf.bpf_obj_get_info_by_fd(link, &info, &length), "link info", subject);
        var basic = new BpfLinkInfo { Id = info.id, ProgramId = info.prog_id };
        return info.type switch
        {
            Libbpf.BPF_LINK_TYPE_TCX => basic with { InterfaceIndex = (int)info.ifindex, AttachType = (AttachType)info.tcx_attach_type },
            Libbpf.BPF_LINK_TYPE_XDP => basic with { InterfaceIndex = (int)info.ifindex, AttachType = Bpf.AttachType.Xdp },
            Libbpf.BPF_LINK_TYPE_CGROUP => basic with { CgroupId = info.cgroup_id, AttachType = (AttachType)info.cgroup_attach_type },
            _ => basic,
        };
    }
}
