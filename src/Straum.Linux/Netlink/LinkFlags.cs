namespace Straum.Linux.Netlink;

/// <summary>Device flags (IFF_* of linux/if.h) that matter here; the kernel may set others.</summary>
[Flags]
public enum LinkFlags
{
    None = 0,
    Up = 1,
    Broadcast = 2,
    Loopback = 8,
    PointToPoint = 16,
    Running = 64,
    NoArp = 128,
    Promiscuous = 256,
    Multicast = 4096,
    LowerUp = 65536,
}
