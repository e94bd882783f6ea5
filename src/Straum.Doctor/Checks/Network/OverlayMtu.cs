using Straum.Doctor.Hosts;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks.Network;

/// <summary>A tunnel's packets with their headers must fit the device that carries them.</summary>
internal sealed class OverlayMtu : Check
{
    public override string Id => "ST-NE-002";

    public override string Title => "tunnels leave room for their header";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "A tunnel whose MTU plus header is more than the MTU below it sends packets that must be fragmented or are dropped: small requests work, large answers hang.",
        Threshold: "fail when MTU + header is above the MTU of the device below",
        Source: "header sizes: RFC 7348, RFC 8926, RFC 2003, RFC 2784",
        Fix: "ip link set dev DEVICE mtu VALUE");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var links = host.Network.Links;
        var tunnels = Tunnel.Of(links);
        if (tunnels.Count == 0)
        {
            return One(Finding.Skip("no overlay device is up"));
        }
        var otherwise = Uplinks.Mtu(host);
        var findings = new List<Finding>();
        foreach (var overlay in tunnels)
        {
            var (tunnel, header, external) = (overlay.Link, overlay.HeaderBytes, overlay.IsExternal);
            var below = MtuBelow(tunnel, links) ?? otherwise;
            findings.Add(below is null ? Finding.Unknown("which device carries it is not known", tunnel.Name)
                // One device for all remotes (external) takes packets as large as pods send; ST-PO-003 looks at those.
                : external || tunnel.Mtu + header <= below ? Finding.Pass($"{tunnel.Mtu} + {header} in {below}", tunnel.Name)
                : Finding.Fail($"{tunnel.Mtu} + {header} does not fit {below}", tunnel.Name, $"ip link set dev {tunnel.Name} mtu {below - header}"));
        }
        return Task.FromResult<IReadOnlyList<Finding>>(findings);
    }

    private static int? MtuBelow(Link tunnel, IReadOnlyList<Link> links)
    {
        var index = tunnel.Vxlan?.UnderlayIndex is > 0 and var underlay ? underlay : tunnel.ParentIndex;
        return links.FirstOrDefault(l => l.Index == index && index > 0)?.Mtu;
    }
}
