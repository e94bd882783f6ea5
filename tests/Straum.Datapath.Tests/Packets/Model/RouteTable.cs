using System.Net;
using Straum.Linux;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>A way out; without a MAC the kernel has to ask the link first.</summary>
internal sealed record Hop(MacAddress? Mac);

/// <summary>What the routing table of <see cref="DatapathFixture"/>'s namespace answers.</summary>
internal static class RouteTable
{
    private const int LinkMtu = 1500;

    // Beyond the MTU the kernel allows the Ethernet header and a VLAN tag.
    private const int LinkHeader = 14 + 4;

    private static readonly (IPNetwork Prefix, int Mtu, MacAddress? Mac)[] Ways =
    [
        Way("10.244.2.0/24", LinkMtu, Topology.PeerMac), Way("fd44:0:0:2::/64", LinkMtu, Topology.PeerMac),
        Way($"{Topology.Peer4}/32", LinkMtu, Topology.PeerMac), Way($"{Topology.Peer6}/128", LinkMtu, Topology.PeerMac),
        Way($"{Topology.Router4}/32", LinkMtu, Topology.RouterMac), Way($"{Topology.Router6}/128", LinkMtu, Topology.RouterMac),
        Way("172.30.0.0/24", LinkMtu, null), Way("fd30::/64", LinkMtu, null),
        Way($"{Topology.Narrow4}/32", Topology.NarrowMtu, Topology.RouterMac), Way($"{Topology.Narrow6}/128", Topology.NarrowMtu, Topology.RouterMac),
        Way($"{Topology.NarrowWorld4}/32", Topology.NarrowMtu, Topology.RouterMac), Way($"{Topology.NarrowWorld6}/128", Topology.NarrowMtu, Topology.RouterMac),
        Way("0.0.0.0/0", LinkMtu, Topology.RouterMac), Way("::/0", LinkMtu, Topology.RouterMac),
    ];

    // Addresses of the node itself, and destinations that the table calls unreachable.
    private static readonly IPNetwork[] NoWay =
    [
        .. new[]
        {
            $"{Topology.Node4}/32", $"{Topology.Node6}/128", "10.244.1.0/24", "fd44:0:0:1::/64", "10.244.9.0/24", "fd44:0:0:9::/64",
            $"{Topology.LostWorld4}/32", $"{Topology.LostWorld6}/128",
        }.Select(prefix => IPNetwork.Parse(prefix)),
    ];

    /// <summary>Null when the stack has to answer: there is no way, or the frame is too large for it.</summary>
    public static Hop? Find(UInt128 destination, int frameLength)
    {
        var address = Ends.Address(destination);
        if (NoWay.Any(prefix => prefix.Contains(address)))
        {
            return null;
        }
        var way = Ways.Where(way => way.Prefix.Contains(address)).MaxBy(way => way.Prefix.PrefixLength);
        return frameLength <= way.Mtu + LinkHeader || way.Mac is null ? new Hop(way.Mac) : null;
    }

    private static (IPNetwork, int, MacAddress?) Way(string prefix, int mtu, MacAddress? mac) => (IPNetwork.Parse(prefix), mtu, mac);
}
