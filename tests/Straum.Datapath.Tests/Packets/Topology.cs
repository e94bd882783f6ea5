using System.Net;
using Straum.Linux;

namespace Straum.Datapath.Tests.Packets;

/// <summary>
/// The world around the node under test: two pods, an uplink with a router behind it, nodes that are reached natively and by
/// tunnel, and places that are hard to reach.
/// </summary>
internal static class Topology
{
    /// <summary>The pod whose packets <see cref="DatapathFixture.FromPod"/> sends.</summary>
    public static IPAddress PodA4 { get; } = IPAddress.Parse("10.244.1.10");
    public static IPAddress PodA6 { get; } = IPAddress.Parse("fd44:0:0:1::10");
    public static IPAddress PodB4 { get; } = IPAddress.Parse("10.244.1.11");
    public static IPAddress PodB6 { get; } = IPAddress.Parse("fd44:0:0:1::11");

    /// <summary>In this node's pod range, and no pod has it.</summary>
    public static IPAddress NoPod4 { get; } = IPAddress.Parse("10.244.1.99");
    public static IPAddress NoPod6 { get; } = IPAddress.Parse("fd44:0:0:1::99");

    /// <summary>A pod of a node that is routed to natively.</summary>
    public static IPAddress Remote4 { get; } = IPAddress.Parse("10.244.2.10");
    public static IPAddress Remote6 { get; } = IPAddress.Parse("fd44:0:0:2::10");

    /// <summary>A pod of a node that is reached through the tunnel, over IPv4.</summary>
    public static IPAddress Tunnelled4 { get; } = IPAddress.Parse("10.244.3.10");
    public static IPAddress Tunnelled6 { get; } = IPAddress.Parse("fd44:0:0:3::10");

    /// <summary>A pod of a node that is reached through the tunnel, over IPv6.</summary>
    public static IPAddress TunnelledOver6V4 { get; } = IPAddress.Parse("10.244.4.10");
    public static IPAddress TunnelledOver6V6 { get; } = IPAddress.Parse("fd44:0:0:4::10");

    /// <summary>A pod of a node to which there is no way.</summary>
    public static IPAddress Lost4 { get; } = IPAddress.Parse("10.244.9.10");
    public static IPAddress Lost6 { get; } = IPAddress.Parse("fd44:0:0:9::10");

    /// <summary>A pod of a node behind a link of <see cref="NarrowMtu"/> bytes.</summary>
    public static IPAddress Narrow4 { get; } = IPAddress.Parse("10.244.8.10");
    public static IPAddress Narrow6 { get; } = IPAddress.Parse("fd44:0:0:8::10");

    public static IPAddress Node4 { get; } = IPAddress.Parse("172.30.0.11");
    public static IPAddress Node6 { get; } = IPAddress.Parse("fd30::11");
    public static IPAddress Peer4 { get; } = IPAddress.Parse("172.30.0.12");
    public static IPAddress Peer6 { get; } = IPAddress.Parse("fd30::12");
    public static IPAddress Router4 { get; } = IPAddress.Parse("172.30.0.1");
    public static IPAddress Router6 { get; } = IPAddress.Parse("fd30::1");

    public static IPAddress World4 { get; } = IPAddress.Parse("203.0.113.10");
    public static IPAddress World6 { get; } = IPAddress.Parse("2001:db8:113::10");

    /// <summary>Outside, behind the narrow link.</summary>
    public static IPAddress NarrowWorld4 { get; } = IPAddress.Parse("198.51.100.10");
    public static IPAddress NarrowWorld6 { get; } = IPAddress.Parse("2001:db8:51::10");

    /// <summary>Outside, and the routing table says that there is no way.</summary>
    public static IPAddress LostWorld4 { get; } = IPAddress.Parse("192.0.2.10");
    public static IPAddress LostWorld6 { get; } = IPAddress.Parse("2001:db8:2::10");

    /// <summary>Outside, but among those that see pod addresses.</summary>
    public static IPAddress Direct4 { get; } = IPAddress.Parse("192.168.50.10");
    public static IPAddress Direct6 { get; } = IPAddress.Parse("2001:db8:50::10");

    public static IPAddress Vip4 { get; } = IPAddress.Parse("10.96.0.10");
    public static IPAddress Vip6 { get; } = IPAddress.Parse("fd96::10");

    public const int NarrowMtu = 1300;
    public const uint Vni = 7;
    public const ushort SnatPortMin = 50000;
    public const ushort SnatPortMax = 59999;

    public static MacAddress PodMac { get; } = MacAddress.Parse("02:00:00:00:00:01");
    public static MacAddress HostMac { get; } = MacAddress.Parse("02:00:00:00:00:02");
    public static MacAddress RouterMac { get; } = MacAddress.Parse("02:00:00:00:00:03");
    public static MacAddress PeerMac { get; } = MacAddress.Parse("02:00:00:00:00:04");

    /// <summary>The address of the family that is wanted.</summary>
    public static IPAddress Pick(bool v4, IPAddress four, IPAddress six) => v4 ? four : six;
}
