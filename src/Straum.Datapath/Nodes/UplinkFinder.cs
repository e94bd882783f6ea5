using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Straum.Control.Routing;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Nodes;

/// <summary>Finds the devices that carry this node's traffic, by the addresses that its Node object names.</summary>
public static class UplinkFinder
{
    /// <param name="nodeAddresses">The node's InternalIPs, at most one of each family.</param>
    /// <param name="names">Devices that the configuration names; empty: the device that holds a node address.</param>
    /// <returns>The first is the one that routes to other nodes use. Empty when none is found.</returns>
    public static ImmutableArray<Uplink> Find(IReadOnlyList<Link> links, IReadOnlyList<InterfaceAddress> addresses,
        IReadOnlyList<IPAddress> nodeAddresses, IReadOnlyList<string> names)
    {
        var holders = addresses.Where(a => nodeAddresses.Contains(a.Address)).Select(a => a.InterfaceIndex).Distinct().ToArray();
        // Links and addresses are two lists of two moments: a device that came in between is in the second alone.
        var chosen = names.Count > 0
            ? names.Select(name => links.FirstOrDefault(l => l.Name == name))
            : holders.Select(index => links.FirstOrDefault(l => l.Index == index));

        return
        [
            .. chosen.OfType<Link>().Where(l => !l.Flags.HasFlag(LinkFlags.Loopback))
                .OrderByDescending(l => holders.Contains(l.Index))
                .Select(l => new Uplink(l.Name, l.Index, l.Mtu, ConnectedTo(l, addresses), nodeAddresses)),
        ];
    }

    private static ImmutableArray<IPNetwork> ConnectedTo(Link link, IReadOnlyList<InterfaceAddress> addresses) =>
    [
        .. addresses.Where(a => a.InterfaceIndex == link.Index && !a.Address.IsIPv6LinkLocal)
            .Select(a => PrefixOf(a.Address, a.PrefixLength)),
    ];

    private static IPNetwork PrefixOf(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }
        return new IPNetwork(new IPAddress(bytes), length);
    }

    /// <summary>The MTU that pods get: what the uplinks carry, less the most that a tunnel adds over its underlay.</summary>
    /// <param name="uplinks">At least one.</param>
    /// <param name="overlay">Pods of other nodes are reached through tunnels.</param>
    /// <param name="peers">One that has no IPv4 address is reached over IPv6 also by a node that has both.</param>
    public static int PodMtu(IReadOnlyList<Uplink> uplinks, bool overlay, IReadOnlyList<PeerSpec> peers)
    {
        var mtu = uplinks.Min(u => u.Mtu);
        if (!overlay)
        {
            return mtu;
        }
        var onlyOverV4 = uplinks[0].NodeAddresses.Any(a => a.AddressFamily == AddressFamily.InterNetwork)
            && peers.All(peer => peer.TunnelAddress?.AddressFamily != AddressFamily.InterNetworkV6);
        return mtu - (onlyOverV4 ? OverlayDevice.OverheadV4 : OverlayDevice.OverheadV6);
    }
}
