using System.Net;
using System.Net.Sockets;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks.Network;

/// <summary>A device that wraps packets in packets.</summary>
/// <param name="Link">The device.</param>
/// <param name="HeaderBytes">What it adds to each, the outer IP header included.</param>
internal sealed record Tunnel(Link Link, int HeaderBytes)
{
    private const int Ip4 = 20, Ip6 = 40, Udp = 8, InnerEthernet = 14;

    /// <summary>One device for all remotes, which each packet's metadata names.</summary>
    public bool IsExternal => Link.Vxlan?.External == true || Link.Geneve?.External == true;

    /// <summary>The tunnels among a namespace's devices.</summary>
    public static IReadOnlyList<Tunnel> Of(IEnumerable<Link> links) =>
        [.. links.Select(static l => (Link: l, Bytes: HeaderOf(l))).Where(static t => t.Bytes > 0).Select(static t => new Tunnel(t.Link, t.Bytes))];

    /// <summary>0 for what is no tunnel. The kernel's own devices that are there without use (sit0, gre0, tunl0) are down.</summary>
    private static int HeaderOf(Link link) => !link.IsUp ? 0 : link.Kind switch
    {
        // RFC 7348: UDP, 8 bytes of VXLAN, and the inner Ethernet header.
        "vxlan" => Outer(link.Vxlan?.Local ?? link.Vxlan?.Remote) + Udp + 8 + InnerEthernet,
        // RFC 8926, without options.
        "geneve" => Outer(link.Geneve?.Remote) + Udp + 8 + InnerEthernet,
        "ipip" or "sit" => Ip4,
        "ip6tnl" => Ip6,
        // RFC 2784, without key and checksum.
        "gre" => Ip4 + 4,
        "ip6gre" => Ip6 + 4,
        "gretap" => Ip4 + 4 + InnerEthernet,
        // 32 bytes of its own, around the inner packet.
        "wireguard" => Ip4 + Udp + 32,
        _ => 0,
    };

    private static int Outer(IPAddress? end) => end?.AddressFamily == AddressFamily.InterNetworkV6 ? Ip6 : Ip4;
}
