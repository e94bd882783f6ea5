using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Pods;

/// <summary>What a pod sends must fit the way out, with a tunnel's header if there is one.</summary>
internal sealed class PodMtu : PodCheck
{
    public override string Id => "ST-PO-003";

    public override string Title => "each pod's packets fit the way out";

    public override Explanation Explanation { get; } = new(
        Why: "A pod whose MTU is larger than the uplink's, less the tunnel's header, sends packets that do not fit: small requests work and large ones hang. One that differs from the node's end of its pair loses what the smaller end does not take.",
        Threshold: "fail when a pod's MTU, and the header of the overlay where one is up, is above the uplink's, or is not that of the other end",
        Source: "rtnetlink in both namespaces; RFC 7348 section 4.3",
        Fix: "straum exec POD -- ip link set dev eth0 mtu VALUE   # until the pod is made anew; for good: routing.mtu in /etc/straum/straum.yaml");

    protected override Finding? Examine(IHost host, PodNetwork pod)
    {
        var own = pod.Network.Links.FirstOrDefault(l => l.Name == pod.PodDevice)?.Mtu;
        var links = host.Network.Links;
        var other = links.FirstOrDefault(l => l.Name == pod.HostDevice)?.Mtu;
        // A tunnel that some unrelated network uses is no reason to shrink pods; Straum's own takes all remotes.
        var header = Network.Tunnel.Of(links).Where(static t => t.Link.Vxlan?.External == true).Select(static t => t.HeaderBytes).DefaultIfEmpty(0).Max();
        var room = Network.Uplinks.Mtu(host) - header;
        return own is null || other is null ? null
            : own != other ? Finding.Fail($"{own} in the pod, {other} at {pod.HostDevice}", fix: Fix(pod, other.Value, Math.Min(other.Value, room ?? other.Value)))
            : own > room ? Finding.Fail($"{own}{(header > 0 ? $" + {header}" : "")} does not fit the uplink's {room + header}", fix: Fix(pod, other.Value, room.Value))
            : null;
    }

    /// <summary>The node's end is the agent's word for what the pod should have; where that is too large both change, or they would differ.</summary>
    private static string Fix(PodNetwork pod, int other, int wanted) =>
        $"straum exec {pod.Name} -- ip link set dev {pod.PodDevice} mtu {wanted}" + (other == wanted ? "" : $"; ip link set dev {pod.HostDevice} mtu {wanted}");
}
