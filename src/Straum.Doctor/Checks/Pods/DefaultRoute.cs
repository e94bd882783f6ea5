using System.Net.Sockets;
using Straum.Doctor.Hosts;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks.Pods;

/// <summary>The first thing that <c>nsenter -t PID -n ip route</c> is used for.</summary>
internal sealed class DefaultRoute : PodCheck
{
    public override string Id => "ST-PO-001";

    public override string Title => "each pod has a way out";

    public override Explanation Explanation { get; } = new(
        Why: "A pod without a default route, or with one that leaves by a device that is not its pair to the node, reaches nothing. It means that the CNI call failed half way, or that somebody changed the namespace.",
        Threshold: "fail without a default route by the pod's own device, for each family that the device has an address of; and without any address",
        Source: "rtnetlink in the pod's namespace; CNI specification 1.1, section 5, ADD result: routes",
        Fix: "kubectl delete pod NAME -n NAMESPACE   # its controller makes it anew, and with it its network");

    protected override Finding? Examine(IHost host, PodNetwork pod)
    {
        var routes = pod.Network.Routes;
        if (pod.Network.Links.FirstOrDefault(l => l.Name == pod.PodDevice) is not { } device)
        {
            return Finding.Fail($"{pod.PodDevice} is gone", fix: Recreate(pod.Name));
        }
        // Link-local addresses say only that the family is there at all.
        var families = pod.Network.Addresses.Where(a => a.InterfaceIndex == device.Index && a.Scope == RouteScope.Universe)
            .Select(static a => a.Address.AddressFamily).ToHashSet();
        if (families.Count == 0)
        {
            return Finding.Fail($"{pod.PodDevice} has no address", fix: Recreate(pod.Name));
        }
        var routed = routes.Where(r => r.Destination.PrefixLength == 0 && (r.InterfaceIndex == device.Index || r.NextHops.Any(h => h.InterfaceIndex == device.Index)))
            .Select(static r => r.Destination.BaseAddress.AddressFamily);
        var missing = families.Except(routed).Order().Select(static f => f == AddressFamily.InterNetwork ? "IPv4" : "IPv6").ToList();
        return missing.Count == 0 ? null : Finding.Fail($"no default route for {string.Join(" and ", missing)} by {pod.PodDevice}", fix: Recreate(pod.Name));
    }
}
