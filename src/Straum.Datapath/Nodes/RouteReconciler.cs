using System.Net;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Nodes;

/// <summary>Keeps the routes of a <see cref="RoutePlan"/> in the kernel, also when someone else takes them away.</summary>
public sealed class RouteReconciler(RtNetlink netlink)
{
    /// <summary>
    /// One pass against what the kernel holds now. Returns how many routes were set or removed.
    /// One node's route that cannot be set does not keep the others' from it: just after a link came back the kernel
    /// refuses IPv6 routes as long as the node's own address is tentative (RFC 4862 5.4), and takes all IPv4 ones.
    /// </summary>
    /// <exception cref="LinuxException">A route was refused; all others are as desired.</exception>
    public int Reconcile(IEnumerable<Route> desired)
    {
        // Somebody may have added a second route of one key; neither of the two is then taken for right.
        var present = netlink.Routes.List(protocol: RoutePlan.Protocol).GroupBy(KeyOf).ToDictionary(g => g.Key, g => g.ToArray());
        var changes = 0;
        LinuxException? refusal = null;
        foreach (var route in desired)
        {
            if (present.Remove(KeyOf(route), out var found))
            {
                if (found is [var current] && Same(current, route))
                {
                    continue;
                }
                Delete(found.Length > 1 ? found : []);
            }
            Try(() => netlink.Routes.Replace(route));
        }
        foreach (var found in present.Values)
        {
            Delete(found);
        }
        return refusal is null ? changes : throw refusal;

        void Delete(ReadOnlySpan<Route> routes)
        {
            foreach (var route in routes)
            {
                Try(() => netlink.Routes.Delete(route));
            }
        }

        void Try(Action change)
        {
            try
            {
                change();
                changes++;
            }
            catch (LinuxException e)
            {
                refusal ??= e;
            }
        }
    }

    private static (IPNetwork, int) KeyOf(Route route) => (route.Destination, route.Metric == 1024 ? 0 : route.Metric);

    // The kernel fills in scope and, for IPv6, metric 1024; only what we set decides.
    private static bool Same(Route current, Route desired) =>
        current.Type == desired.Type && Equals(current.Gateway, desired.Gateway)
        && (desired.InterfaceIndex == 0 || current.InterfaceIndex == desired.InterfaceIndex)
        && Equals(current.PreferredSource, desired.PreferredSource);
}
