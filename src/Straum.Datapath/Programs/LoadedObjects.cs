using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>Descriptors of what <see cref="ObjectFiles"/> loaded. Disposing closes them; what is attached or pinned stays.</summary>
internal sealed class LoadedObjects : IDisposable
{
    private static readonly (string Program, AttachType Hook)[] SocketHooks =
    [
        ("sock_connect4", AttachType.CgroupInet4Connect),
        ("sock_connect6", AttachType.CgroupInet6Connect),
        ("sock_sendmsg4", AttachType.CgroupUdp4SendMsg),
        ("sock_sendmsg6", AttachType.CgroupUdp6SendMsg),
        ("sock_recvmsg4", AttachType.CgroupUdp4RecvMsg),
        ("sock_recvmsg6", AttachType.CgroupUdp6RecvMsg),
        ("sock_getpeername4", AttachType.CgroupInet4GetPeerName),
        ("sock_getpeername6", AttachType.CgroupInet6GetPeerName),
    ];

    private readonly IReadOnlyCollection<BpfObject> _objects;

    public LoadedObjects(IReadOnlyDictionary<string, BpfObject> objects)
    {
        _objects = [.. objects.Values];
        Programs = new DatapathPrograms
        {
            PodOut = objects["pod"].Program("pod_out"),
            PodIn = objects["pod"].Program("pod_in"),
            UplinkIn = objects["uplink"].Program("uplink_in"),
            UplinkOut = objects["uplink"].Program("uplink_out"),
            OverlayIn = objects["overlay"].Program("overlay_in"),
            OverlayOut = objects["overlay"].Program("overlay_out"),
            Sockets = [.. SocketHooks.Select(h => new SocketProgram(h.Program, h.Hook, objects["socket"].Program(h.Program)))],
            Sweep = objects.GetValueOrDefault("sweep")?.Program("ct_sweep"),
        };
    }

    public DatapathPrograms Programs { get; }

    public void Dispose()
    {
        foreach (var loaded in _objects)
        {
            loaded.Dispose();
        }
    }
}
