namespace Straum.Linux.Bpf;

/// <summary>Where programs attach (BPF_* of enum bpf_attach_type).</summary>
public enum AttachType
{
    CgroupInetIngress = 0,
    CgroupInetEgress = 1,
    CgroupSockCreate = 2,
    CgroupSockOps = 3,
    CgroupInet4Bind = 8,
    CgroupInet6Bind = 9,
    CgroupInet4Connect = 10,
    CgroupInet6Connect = 11,
    CgroupInet4PostBind = 12,
    CgroupInet6PostBind = 13,
    CgroupUdp4SendMsg = 14,
    CgroupUdp6SendMsg = 15,
    CgroupUdp4RecvMsg = 19,
    CgroupUdp6RecvMsg = 20,
    CgroupInet4GetPeerName = 29,
    CgroupInet6GetPeerName = 30,
    CgroupInet4GetSockName = 31,
    CgroupInet6GetSockName = 32,
    CgroupSockRelease = 34,
    SkLookup = 36,
    Xdp = 37,

    /// <summary>Since Linux 6.6.</summary>
    TcxIngress = 46,

    /// <inheritdoc cref="TcxIngress"/>
    TcxEgress = 47,
}
