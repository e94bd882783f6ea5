using Straum.Doctor.Hosts;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks.Pods;

/// <summary>The gateway's link-layer address as the pod knows it.</summary>
internal sealed class GatewayNeighbor : PodCheck
{
    public override string Id => "ST-PO-002";

    public override string Title => "each pod finds its gateway";

    public override Explanation Explanation { get; } = new(
        Why: "Every packet of the pod is addressed to its gateway first. An entry that failed means that nobody answers ARP or neighbour discovery on the node's end: its program is gone, or the device is. An entry with another address than that of the node's end sends everything to nobody; a permanent one stays so.",
        Threshold: "fail when the gateway's entry is FAILED or INCOMPLETE, or has another link-layer address than the node's end of the pair",
        Source: "rtnetlink in both namespaces; RFC 826, RFC 4861 section 7.3.2",
        Fix: "straum status; kubectl delete pod NAME -n NAMESPACE   # its controller makes it anew, and with it its network");

    protected override Finding? Examine(IHost host, PodNetwork pod)
    {
        var gateways = pod.Network.Routes.Where(static r => r.Destination.PrefixLength == 0).Select(static r => r.Gateway).OfType<System.Net.IPAddress>().ToHashSet();
        // No entry at all only means that the pod has not sent anything yet.
        var entries = pod.Network.Neighbors.Where(n => gateways.Contains(n.Address)).ToList();
        if (entries.Find(static n => (n.State & (NeighborState.Failed | NeighborState.Incomplete)) != 0) is { } silent)
        {
            return Finding.Fail($"{silent.Address} is {silent.State.ToString().ToUpperInvariant()}", fix: Recreate(pod.Name) is { } recreate ? "straum status; " + recreate : null);
        }
        // On a bridge it is the bridge that answers, or who is behind it.
        return host.Network.Links.FirstOrDefault(l => l.Name == pod.HostDevice) is { MasterIndex: 0, MacAddress: { } expected }
            && entries.Find(n => n.MacAddress is { } known && known != expected) is { } wrong
            ? Finding.Fail($"{wrong.Address} is {wrong.MacAddress}, {pod.HostDevice} is {expected}", fix: $"straum exec {pod.Name} -- ip neigh del {wrong.Address} dev {pod.PodDevice}   # it is asked for anew")
            : null;
    }
}
