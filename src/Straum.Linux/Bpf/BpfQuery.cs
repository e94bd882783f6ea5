using Straum.Linux.Interop;
using Straum.Linux.Netlink;

namespace Straum.Linux.Bpf;

/// <summary>Asks the kernel what is attached where.</summary>
public static class BpfQuery
{
    private delegate int Query(ref uint count, Span<uint> ids);

    /// <summary>Ids of the programs on a device's tcx hook, in the order they run; none before Linux 6.6.</summary>
    /// <param name="interfaceIndex">The device.</param>
    /// <param name="direction">Which of its packets.</param>
    /// <param name="within">The namespace that the index counts in; <c>null</c> for the calling thread's.</param>
    public static IReadOnlyList<uint> Tcx(int interfaceIndex, TcDirection direction, NetworkNamespace? within = null)
    {
        if (!Features.Tcx.IsSupported)
        {
            return [];
        }
        var type = (uint)(direction == TcDirection.Ingress ? AttachType.TcxIngress : AttachType.TcxEgress);
        return within is null ? Ask() : within.Run(Ask);

        unsafe IReadOnlyList<uint> Ask() => Collect((ref uint count, Span<uint> ids) =>
        {
            fixed (uint* length = &count, first = ids)
            {
                return Libbpf.bpf_prog_query(interfaceIndex, type, 0, null, first, length);
            }
        }, $"#{interfaceIndex} tcx");
    }

    /// <summary>Ids of the programs on a control group's hook, its own only, in the order they run.</summary>
    public static unsafe IReadOnlyList<uint> Cgroup(ControlGroup group, AttachType type)
    {
        using var target = group.OpenHandle();
        return Collect((ref uint count, Span<uint> ids) =>
        {
            fixed (uint* length = &count, first = ids)
            {
                return Libbpf.bpf_prog_query(target, (uint)type, 0, null, first, length);
            }
        }, $"{group} {type}");
    }

    /// <summary>All links of the machine, pinned or held by any process. Since Linux 5.8.</summary>
    public static unsafe IReadOnlyList<BpfLinkInfo> Links()
    {
        var links = new List<BpfLinkInfo>();
        for (uint id = 0; Libbpf.bpf_link_get_next_id(id, &id) == 0;)
        {
            var fd = Libbpf.bpf_link_get_fd_by_id(id);
            if (fd == -(int)Errno.ENOENT)
            {
                // It went between the two calls.
                continue;
            }
            using var link = Libbpf.Own(fd, "link open", $"id {id}");
            links.Add(BpfLinkInfo.Read(link, $"id {id}"));
        }
        return links;
    }

    private static uint[] Collect(Query query, string subject)
    {
        var ids = new uint[16];
        while (true)
        {
            var count = (uint)ids.Length;
            var result = query(ref count, ids);
            if (result == -(int)Errno.ENOSPC)
            {
                ids = new uint[Math.Max(count, (uint)ids.Length * 2)];
                continue;
            }
            Libbpf.Check(result, "program query", subject);
            return ids[..(int)count];
        }
    }
}
