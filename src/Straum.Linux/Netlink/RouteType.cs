namespace Straum.Linux.Netlink;

/// <summary>What a route does with a packet (RTN_*).</summary>
public enum RouteType
{
    Unicast = 1,
    Local = 2,
    Broadcast = 3,
    Anycast = 4,
    Multicast = 5,

    /// <summary>Drop in silence.</summary>
    Blackhole = 6,

    /// <summary>Drop and answer ICMP unreachable.</summary>
    Unreachable = 7,

    /// <summary>Drop and answer ICMP administratively prohibited.</summary>
    Prohibit = 8,
}
