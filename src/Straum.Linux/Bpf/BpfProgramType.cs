namespace Straum.Linux.Bpf;

/// <summary>Kinds of BPF programs (BPF_PROG_TYPE_*) used here; the kernel has more.</summary>
public enum BpfProgramType
{
    Unspecified = 0,
    SocketFilter = 1,

    /// <summary>tc and tcx.</summary>
    Classifier = 3,
    Xdp = 6,
    CgroupPacket = 8,
    CgroupSocket = 9,
    SocketOperations = 13,

    /// <summary>connect, bind, sendmsg, recvmsg, getpeername, getsockname.</summary>
    CgroupSocketAddress = 18,
    Tracing = 26,
    SocketLookup = 30,

    /// <summary>Runs when a process asks for it. Since Linux 5.14.</summary>
    Syscall = 31,
}
