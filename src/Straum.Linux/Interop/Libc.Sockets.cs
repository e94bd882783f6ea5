using System.Runtime.InteropServices;

namespace Straum.Linux.Interop;

internal static partial class Libc
{
    internal const int AF_UNSPEC = 0;
    internal const int AF_UNIX = 1;
    internal const int AF_INET = 2;
    internal const int AF_INET6 = 10;
    internal const int AF_NETLINK = 16;

    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_CLOEXEC = 0x80000;

    internal const int IPPROTO_RAW = 255;

    internal const int SOL_IP = 0;
    internal const int SOL_IPV6 = 41;

    /// <summary>linux/netfilter_ipv4/ip_tables.h; IP6T_SO_GET_INFO has the same number.</summary>
    internal const int IPT_SO_GET_INFO = 64;

    internal const int SOL_SOCKET = 1;
    internal const int SOL_NETLINK = 270;
    internal const int SO_RCVBUF = 8;
    internal const int SO_RCVBUFFORCE = 33;
    internal const int SO_NETNS_COOKIE = 71;

    internal const int MSG_TRUNC = 0x20;
    internal const int MSG_DONTWAIT = 0x40;

    /// <summary>struct sockaddr_nl</summary>
    internal struct sockaddr_nl
    {
        public ushort nl_family;
        public ushort nl_pad;
        public uint nl_pid;
        public uint nl_groups;
    }

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial int bind(SafeHandle fd, sockaddr_nl* address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial int setsockopt(SafeHandle fd, int level, int name, void* value, uint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial int getsockopt(SafeHandle fd, int level, int name, void* value, uint* length);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial nint sendto(SafeHandle fd, byte* buffer, nuint length, int flags, sockaddr_nl* address, uint addressLength);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial nint recvfrom(SafeHandle fd, byte* buffer, nuint length, int flags, sockaddr_nl* address, uint* addressLength);
}
