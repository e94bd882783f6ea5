using Straum.Agent.Cni;
using Straum.Datapath.Nodes;
using Straum.Linux.Netlink;

namespace Straum.Agent.Daemon;

/// <summary>
/// Says when something about this node's devices, addresses or routes changed that the agent did not do by
/// itself for a pod.
/// </summary>
internal static class NetworkWatch
{
    public static async Task RunAsync(Action changed, CancellationToken ct)
    {
        using var monitor = RtNetlinkMonitor.Open(groups: NetlinkGroups.Links | NetlinkGroups.Addresses | NetlinkGroups.Routes);
        changed(); // a pass may have looked before there was anyone to listen
        await foreach (var change in monitor.ReadAllAsync(ct))
        {
            if (Matters(change))
            {
                changed();
            }
        }
    }

    private static bool Matters(NetlinkEvent change) => change switch
    {
        NetlinkEvent.LinkChanged { Link.Name: var name } => !name.StartsWith(PodLink.HostNamePrefix, StringComparison.Ordinal) || name == OverlayDevice.Name,
        NetlinkEvent.RouteChanged { Deleted: true, Route.Protocol: RoutePlan.Protocol } => true,
        NetlinkEvent.RouteChanged => false,
        NetlinkEvent.NeighborChanged => false,
        _ => true,
    };
}
