using System.Collections.Immutable;
using System.Net;
using Straum.Datapath.Abi;
using Straum.Linux;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>Random nodes, amid the routes of <see cref="DatapathFixture"/>.</summary>
/// <param name="random">Decides everything.</param>
/// <param name="podA">The device of pod A.</param>
/// <param name="podB">The device of pod B.</param>
/// <param name="firstId">Of the backends and Services that are made from here on.</param>
internal sealed class Worlds(Random random, int podA, int podB, uint firstId = 1)
{
    public static MacAddress PodBMac { get; } = MacAddress.Parse("02:00:00:00:00:0b");
    public static MacAddress PodBHostMac { get; } = MacAddress.Parse("02:00:00:00:00:0c");

    /// <summary>On the uplink's link, and its MAC is not known.</summary>
    public static IPAddress OnLink4 { get; } = IPAddress.Parse("172.30.0.77");
    public static IPAddress OnLink6 { get; } = IPAddress.Parse("fd30::77");

    public static ImmutableArray<IPAddress> Vips { get; } =
        [Vip4, IPAddress.Parse("10.96.0.11"), IPAddress.Parse("10.96.0.12"), Vip6, IPAddress.Parse("fd96::11"), IPAddress.Parse("fd96::12")];

    private static readonly (string Prefix, PeerKind Kind, IPAddress? Tunnel)[] Peers =
    [
        ("10.244.1.0/24", PeerKind.LocalPod, null), ("fd44:0:0:1::/64", PeerKind.LocalPod, null),
        ("10.244.2.0/24", PeerKind.RemotePod, null), ("fd44:0:0:2::/64", PeerKind.RemotePod, null),
        ("10.244.8.0/24", PeerKind.RemotePod, null), ("fd44:0:0:8::/64", PeerKind.RemotePod, null),
        ("10.244.9.0/24", PeerKind.RemotePod, null), ("fd44:0:0:9::/64", PeerKind.RemotePod, null),
        ("10.244.3.0/24", PeerKind.RemotePod, Peer4), ("fd44:0:0:3::/64", PeerKind.RemotePod, Peer4),
        ("10.244.4.0/24", PeerKind.RemotePod, Peer6), ("fd44:0:0:4::/64", PeerKind.RemotePod, Peer6),
        ("192.168.50.0/24", PeerKind.Direct, null), ("2001:db8:50::/64", PeerKind.Direct, null),
        ($"{Peer4}/32", PeerKind.RemoteNode, null), ($"{Peer6}/128", PeerKind.RemoteNode, null),
        ($"{Node4}/32", PeerKind.LocalNode, null), ($"{Node6}/128", PeerKind.LocalNode, null),
    ];

    private uint _nextId = firstId;

    public Worlds Fork(Random anew, uint nextId) => new(anew, podA, podB, nextId);

    public NodeState Make()
    {
        var a = new ModelPod(podA, PodMac, HostMac);
        var b = new ModelPod(podB, PodBMac, PodBHostMac);
        var pods = ImmutableDictionary<UInt128, ModelPod>.Empty.Add(Ends.Number(PodA4), a).Add(Ends.Number(PodA6), a);
        var range = random.Next(3) switch { 0 => 3, 1 => 15, _ => SnatPortMax - SnatPortMin };
        var node = new NodeState
        {
            Pods = Chance(10) ? pods : pods.Add(Ends.Number(PodB4), b).Add(Ends.Number(PodB6), b),
            Peers = [.. Peers.Where(_ => !Chance(4)).Select(peer => new ModelPeer(IPNetwork.Parse(peer.Prefix), Chance(3) ? PeerKind.World : peer.Kind, peer.Tunnel))],
            Node4 = Chance(4) ? null : Node4,
            Node6 = Chance(4) ? null : Node6,
            Masquerade = !Chance(10),
            PortMin = SnatPortMin,
            PortMax = (ushort)(SnatPortMin + range),
        };
        foreach (var vip in Vips)
        {
            foreach (var protocol in new[] { Packet.Tcp, Packet.Udp, Packet.Sctp })
            {
                foreach (ushort port in new[] { 80, 81 })
                {
                    node = Chance(50) ? node : WithService(node, vip, port, protocol);
                }
            }
        }
        return node;
    }

    /// <summary>With that Service made, or made anew with other backends.</summary>
    public NodeState WithService(NodeState node, IPAddress vip, ushort port, byte protocol)
    {
        var v4 = vip.GetAddressBytes().Length == 4;
        var ids = ImmutableArray.CreateBuilder<uint>();
        var backends = node.Backends;
        for (var count = random.Next(4); count > 0; count--)
        {
            ids.Add(_nextId);
            backends = backends.Add(_nextId++, new ModelBackend(RandomEnd(v4, protocol), 1, Usable: !Chance(8)));
        }
        return node with
        {
            Backends = backends,
            Services = node.Services.SetItem(new ServiceName(Ends.Number(vip), port, protocol), new ModelService(_nextId++, ids.ToImmutable(), Silent: Chance(20))),
        };
    }

    public IPEndPoint RandomEnd(bool v4, byte protocol)
    {
        // Few, so that flows meet.
        IPAddress[] addresses = v4
            ? [PodA4, PodB4, PodB4, PodB4, Remote4, Remote4, Tunnelled4, TunnelledOver6V4, World4, Lost4, Narrow4, Node4, Peer4]
            : [PodA6, PodB6, PodB6, PodB6, Remote6, Remote6, Tunnelled6, TunnelledOver6V6, World6, Lost6, Narrow6, Node6, Peer6];
        int[] ports = protocol == Packet.Sctp ? [80, 80, 81, 8080] : [8080, 8080, 8081];
        return new IPEndPoint(addresses[random.Next(addresses.Length)], ports[random.Next(ports.Length)]);
    }

    private bool Chance(int percent) => random.Next(100) < percent;
}
