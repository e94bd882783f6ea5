using System.Net;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Nodes;

/// <summary>Keeps the routes of a <see cref="RoutePlan"/> in the kernel, also when someone else takes them away.</summary>
public sealed class RouteReconciler(RtNetlink netlink)
{
    /// <summary>One pass against what the kernel holds now. Returns how many routes were set or removed.</summary>
    /// <exception cref="NetlinkException">A route was refused; those before it are set.</exception>
    public int Reconcile(IEnumerable<Route> desired)
    {
        var present = netlink.Routes.List(protocol: RoutePlan.Protocol).ToDictionary(KeyOf);
        var changes = 0;
        foreach (var route in desired)
        {
            if (present.Remove(KeyOf(route), out var current) && Same(current, route))
            {
                continue;
            }
            netlink.Routes.Replace(route);
            changes++;
        }
        foreach (var route in present.Values)
        {
            netlink.Routes.Delete(route);
            changes++;
        }
        return changes;
    }

    private static (IPNetwork, int) KeyOf(Route route) => (route.Destination, route.Metric == 1024 ? 0 : route.Metric);

    // The kernel fills in scope and, for IPv6, metric 1024; only what we set decides.
    private static bool Same(Route current, Route desired) =>
        current.Type == desired.Type && Equals(current.Gateway, desired.Gateway)
        && (desired.InterfaceIndex == 0 || current.InterfaceIndex == desired.InterfaceIndex)
        && Equals(current.PreferredSource, desired.PreferredSource);
}
