using Straum.Agent.Cni;
using Straum.Datapath.Nodes;
using Straum.Linux.Netlink;

namespace Straum.Agent.Daemon;

/// <summary>Says when something about this node's devices, addresses or routes changed, and whom it concerns.</summary>
/// <param name="node">Called for what may change the node's own part: uplinks, addresses, routes to other nodes.</param>
/// <param name="pod">Called with the index of a pod's device that went down, or that a route led over.</param>
/// <param name="unknown">Called when the kernel had more to say than there was room for.</param>
internal sealed class NetworkWatch(Action node, Action<int> pod, Action unknown)
{
    public async Task RunAsync(CancellationToken ct)
    {
        using var monitor = RtNetlinkMonitor.Open(groups: NetlinkGroups.Links | NetlinkGroups.Addresses | NetlinkGroups.Routes);
        node(); // a pass may have looked before there was anyone to listen
        await foreach (var change in monitor.ReadAllAsync(ct))
        {
            Tell(change);
        }
    }

    // What the agent does for a pod by itself (a device that comes up, a route that it adds) concerns nobody.
    internal void Tell(NetlinkEvent change)
    {
        switch (change)
        {
            case NetlinkEvent.LinkChanged { Link: var link, Deleted: var deleted } when IsPod(link):
                if (!deleted && !link.IsUp)
                {
                    pod(link.Index);
                }
                break;
            case NetlinkEvent.RouteChanged { Deleted: true, Route: { Protocol: (RouteProtocol)PodLink.RouteProtocol } route }:
                pod(route.InterfaceIndex);
                break;
            case NetlinkEvent.RouteChanged { Deleted: true, Route.Protocol: RoutePlan.Protocol }:
                node();
                break;
            case NetlinkEvent.RouteChanged or NetlinkEvent.NeighborChanged:
                break;
            case NetlinkEvent.Overrun:
                node();
                unknown();
                break;
            default:
                node();
                break;
        }
    }

    private static bool IsPod(Link link) =>
        link.Name.StartsWith(PodLink.HostNamePrefix, StringComparison.Ordinal) && link.Name != OverlayDevice.Name;
}
