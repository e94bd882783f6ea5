using System.Net;
using System.Net.Sockets;
using Straum.Control.Routing;
using Straum.Datapath.Abi;

namespace Straum.Datapath.Nodes;

/// <summary>What the datapath must know of the prefixes that are not pods of this node: the table `peers`.</summary>
public static class PeerPlan
{
    /// <param name="localAddresses">Every address of this node; traffic to them goes up its stack.</param>
    /// <param name="direct">Prefixes that are reached with the pod's own address.</param>
    public static Dictionary<PeerKey, PeerEntry> Build(RoutingSpec routing, IEnumerable<IPAddress> localAddresses,
        IEnumerable<IPNetwork> direct)
    {
        var peers = new Dictionary<PeerKey, PeerEntry>();

        // Least important first: an exact duplicate of a prefix is decided by the later line.
        foreach (var prefix in direct)
        {
            peers[KeyOf(prefix)] = new PeerEntry { Kind = (byte)PeerKind.Direct };
        }
        uint number = 0;
        foreach (var peer in routing.Peers)
        {
            number++;
            var tunnel = peer.TunnelAddress is { } address ? Addr.From(address) : default;
            foreach (var prefix in peer.PodPrefixes)
            {
                peers[KeyOf(prefix)] = new PeerEntry { Kind = (byte)PeerKind.RemotePod, Node = number, Tunnel = tunnel };
            }
            foreach (var nodeAddress in new[] { peer.AddressV4, peer.AddressV6 })
            {
                if (nodeAddress is not null)
                {
                    peers[KeyOf(nodeAddress)] = new PeerEntry { Kind = (byte)PeerKind.RemoteNode, Node = number, Tunnel = tunnel };
                }
            }
        }
        foreach (var prefix in routing.LocalPodPrefixes)
        {
            peers[KeyOf(prefix)] = new PeerEntry { Kind = (byte)PeerKind.LocalPod };
        }
        foreach (var address in localAddresses)
        {
            peers[KeyOf(address)] = new PeerEntry { Kind = (byte)PeerKind.LocalNode };
        }
        return peers;
    }

    /// <summary>The prefix in the 128-bit form of bpf/abi/addr.h.</summary>
    public static PeerKey KeyOf(IPNetwork prefix) => new()
    {
        Prefix = Addr.From(prefix.BaseAddress),
        PrefixLen = (uint)prefix.PrefixLength + (prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 96u : 0u),
    };

    private static PeerKey KeyOf(IPAddress address) => new() { Prefix = Addr.From(address), PrefixLen = 128 };
}
