using System.Net;
using System.Net.Sockets;

namespace Straum.Datapath.Tests.Upgrades;

/// <summary>Who is who on a <see cref="TrafficNode"/>, in one family.</summary>
internal sealed record TrafficAddresses(
    IPAddress Client, IPAddress Backend, IPAddress Service, IPAddress Node, IPAddress Router, int UplinkPrefix, IPAddress Gateway, IPNetwork Pods, IPNetwork World)
{
    /// <summary>Addresses of the world that are used.</summary>
    public const int WorldAddresses = 32;

    public static readonly TrafficAddresses V4 = new(
        IPAddress.Parse("10.244.1.2"), IPAddress.Parse("10.244.1.3"), IPAddress.Parse("10.96.0.10"),
        IPAddress.Parse("172.30.0.11"), IPAddress.Parse("172.30.0.1"), 24, IPAddress.Parse("169.254.1.1"),
        IPNetwork.Parse("10.244.1.0/24"), IPNetwork.Parse("203.0.113.0/24"));

    public static readonly TrafficAddresses V6 = new(
        IPAddress.Parse("fd44:0:0:1::2"), IPAddress.Parse("fd44:0:0:1::3"), IPAddress.Parse("fd96::a"),
        IPAddress.Parse("fd30::11"), IPAddress.Parse("fd30::1"), 64, IPAddress.Parse("fe80::1"),
        IPNetwork.Parse("fd44:0:0:1::/64"), IPNetwork.Parse("2001:db8:113::/64"));

    public static readonly TrafficAddresses[] Both = [V4, V6];

    public AddressFamily Family => Client.AddressFamily;

    public int HostPrefix => Family == AddressFamily.InterNetwork ? 32 : 128;

    public IPAddress WorldAddress(int number)
    {
        var bytes = World.BaseAddress.GetAddressBytes();
        bytes[^1] = (byte)(1 + number % WorldAddresses);
        return new IPAddress(bytes);
    }

    public override string ToString() => Family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
}
