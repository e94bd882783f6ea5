using Straum.Doctor.Hosts;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks.Pods;

/// <summary>What a pod sends must fit the way out, with a tunnel's header if there is one.</summary>
internal sealed class PodMtu : PodCheck
{
    public override string Id => "ST-PO-003";

    public override string Title => "each pod's packets fit the way out";

    public override Explanation Explanation { get; } = new(
        Why: "A pod whose MTU is larger than the uplink's, less the tunnel's header, sends packets that do not fit: small requests work and large ones hang. One that differs from the node's end of its pair loses what the smaller end does not take.",
        Threshold: "fail when a pod's MTU (that of its default route, where the route has one), and the header of the overlay where one is up, is above the uplink's; or when the device's is not that of the other end",
        Source: "rtnetlink in both namespaces; RFC 7348 section 4.3; ip-route(8), mtu",
        Fix: "straum exec POD -- ip link set dev eth0 mtu VALUE   # until the pod is made anew; for good: routing.mtu in /etc/straum/straum.yaml");

    protected override Finding? Examine(IHost host, PodNetwork pod)
    {
        var device = pod.Network.Links.FirstOrDefault(l => l.Name == pod.PodDevice);
        var other = host.Network.Links.FirstOrDefault(l => l.Name == pod.HostDevice)?.Mtu;
        if (device is null || other is null)
        {
            return null;
        }
        var (room, header) = Room(host);
        if (device.Mtu != other)
        {
            return Finding.Fail($"{device.Mtu} in the pod, {other} at {pod.HostDevice}", fix: Fix(pod, other.Value, Math.Min(other.Value, room ?? other.Value)));
        }
        var largest = LargestOut(pod, device);
        return largest <= (room ?? largest) ? null
            : Finding.Fail($"{largest}{(header > 0 ? $" + {header}" : "")} does not fit the uplink's {room + header}", fix: Fix(pod, other.Value, room!.Value));
    }

    /// <summary>What the pod sends to the world: Cilium leaves the device its MTU and puts the overlay's on the routes.</summary>
    private static int LargestOut(PodNetwork pod, Link device) => pod.Network.Routes
        .Where(r => r.Destination.PrefixLength == 0 && (r.InterfaceIndex == device.Index || r.NextHops.Any(h => h.InterfaceIndex == device.Index)))
        .Select(r => r.Mtu > 0 ? Math.Min(r.Mtu, device.Mtu) : device.Mtu).DefaultIfEmpty(device.Mtu).Max();

    /// <summary>What is left of the uplink's MTU. A tunnel that some unrelated network uses is no reason to shrink pods; an overlay's takes all remotes.</summary>
    private static (int? Bytes, int Header) Room(IHost host)
    {
        var header = Network.Tunnel.Of(host.Network.Links).Where(static t => t.IsExternal).Select(static t => t.HeaderBytes).DefaultIfEmpty(0).Max();
        return (Network.Uplinks.Mtu(host) - header, header);
    }

    /// <summary>The node's end is the agent's word for what the pod should have; where that is too large both change, or they would differ.</summary>
    private static string Fix(PodNetwork pod, int other, int wanted) =>
        $"straum exec {pod.Name} -- ip link set dev {pod.PodDevice} mtu {wanted}" + (other == wanted ? "" : $"; ip link set dev {pod.HostDevice} mtu {wanted}");
}
