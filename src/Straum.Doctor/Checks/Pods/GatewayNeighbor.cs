using Straum.Doctor.Hosts;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks.Pods;

/// <summary>The gateway's link-layer address as the pod knows it.</summary>
internal sealed class GatewayNeighbor : PodCheck
{
    public override string Id => "ST-PO-002";

    public override string Title => "each pod finds its gateway";

    public override Explanation Explanation { get; } = new(
        Why: "Every packet of the pod is addressed to its gateway first. An entry that failed means that nobody answers ARP or neighbour discovery on the node's end: its program is gone, or the device is.",
        Threshold: "fail when the gateway's entry is FAILED or INCOMPLETE",
        Source: "rtnetlink in the pod's namespace; RFC 826, RFC 4861 section 7.3.2",
        Fix: "straum status; kubectl delete pod POD   # makes its network anew");

    protected override Finding? Examine(IHost host, PodNetwork pod)
    {
        var gateways = pod.Network.Routes.Where(static r => r.Destination.PrefixLength == 0).Select(static r => r.Gateway).OfType<System.Net.IPAddress>().ToHashSet();
        // No entry at all only means that the pod has not sent anything yet.
        var bad = pod.Network.Neighbors.FirstOrDefault(n => gateways.Contains(n.Address) && (n.State & (NeighborState.Failed | NeighborState.Incomplete)) != 0);
        return bad is null ? null : Finding.Fail($"{bad.Address} is {bad.State.ToString().ToUpperInvariant()}");
    }
}
