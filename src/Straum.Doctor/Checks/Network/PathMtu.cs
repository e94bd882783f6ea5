using System.Net.Sockets;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Network;

/// <summary>Sends each node packets as large as the device takes, not to be fragmented, beside small ones.</summary>
internal sealed class PathMtu : Check
{
    private const int Small = 84, Count = 3;

    public override string Id => "ST-NE-003";

    public override string Title => "large packets reach the other nodes";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "Somewhere on the path the MTU is smaller, and nobody says so because ICMP is filtered: connections open, small requests work, and the first large answer hangs for ever. An announced smaller MTU costs one round trip and is no fault.",
        Threshold: "fail when small echoes come back and full-sized ones neither do nor are answered with \"too big\"",
        Source: "RFC 2923 section 2.1 (black hole detection); RFC 1191; RFC 8201",
        Fix: "iptables -I FORWARD -p icmp --icmp-type fragmentation-needed -j ACCEPT   # on the router that drops it; or a smaller routing.mtu in /etc/straum/straum.yaml");

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var peers = await Peers.OfAsync(host, stop).ConfigureAwait(false);
        if (peers.Count == 0)
        {
            return [Peers.None];
        }
        if (Uplinks.Mtu(host) is not { } mtu)
        {
            return [Uplinks.None(host)];
        }
        return await Task.WhenAll(peers.Select(async peer =>
        {
            var small = await SendAsync(host, peer.Address, Small, stop).ConfigureAwait(false);
            var full = await SendAsync(host, peer.Address, mtu, stop).ConfigureAwait(false);
            return Judge(peer.Name, small, full, mtu);
        })).ConfigureAwait(false);
    }

    private static Task<IReadOnlyList<Echo>> SendAsync(IHost host, System.Net.IPAddress peer, int size, CancellationToken stop) =>
        host.Network.EchoAsync(peer, new EchoPlan(size, Count, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2)), stop);

    private static Finding Judge(string peer, IReadOnlyList<Echo> small, IReadOnlyList<Echo> full, int mtu)
    {
        if (full.Any(static e => e.RoundTrip is not null))
        {
            return Finding.Pass($"{mtu} bytes", peer);
        }
        if (full.FirstOrDefault(static e => e.TooBigFor is not null) is { TooBigFor: { } announced })
        {
            return Finding.Pass(announced == 0 ? $"the route takes less than {mtu} bytes, and senders are told" : $"{announced} bytes, and routers say so", peer);
        }
        return small.Any(static e => e.RoundTrip is not null)
            ? Finding.Fail($"{Small} bytes come back, {mtu} are lost without a word", peer)
            : Finding.Unknown("no echo comes back at all; is ICMP filtered, or the node down? see ST-CL-003", peer);
    }
}
