using System.Globalization;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Network;

/// <summary>Tunnels, and what they take from each packet.</summary>
internal sealed class OverlayLinks : Check
{
    private const int FullPacket = 1500;

    public override string Id => "ST-NE-001";

    public override string Title => "packets travel without a second header";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "An overlay wraps every packet: its header takes room from each, both ends spend CPU on it, and a path whose MTU did not grow with it loses large packets. Nodes on one network do not need it; others can be told the routes by BGP.",
        Threshold: "warn for each vxlan, geneve, ipip, gre, sit or wireguard device that is up",
        Source: "header sizes: RFC 7348, RFC 8926, RFC 2003, RFC 2784; rtnetlink's IFLA_INFO_KIND, as ip -d link shows it",
        Fix: "routing: {mode: native}   # in /etc/straum/straum.yaml, where the nodes share a network or their routers learn the pod prefixes");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var found = Tunnel.Of(host.Network.Links).Select(static t => Finding.Warn(
            string.Create(CultureInfo.InvariantCulture, $"{t.Link.Kind}, {t.HeaderBytes} bytes of each packet ({100.0 * t.HeaderBytes / FullPacket:0.#} % of {FullPacket}), MTU {t.Link.Mtu}"),
            t.Link.Name)).ToList();
        return Task.FromResult(Several(found, Finding.Pass("no overlay device is up")));
    }
}
