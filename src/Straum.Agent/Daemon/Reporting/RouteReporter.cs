using System.Net;
using System.Net.Sockets;
using Straum.Agent.LocalApi.Reports;
using Straum.Control.Routing;
using Straum.Datapath.Abi;
using Straum.Datapath.Nodes;
using Straum.Datapath.Tables;
using Straum.Linux.Netlink;

namespace Straum.Agent.Daemon.Reporting;

/// <summary>The peer table as the kernel has it, with the route that packets to each prefix take.</summary>
internal static class RouteReporter
{
    public static RoutesReport Read(string node, DatapathTables tables, NodeLoopState state)
    {
        using var netlink = RtNetlink.Open();
        var routes = netlink.Routes.List(protocol: RoutePlan.Protocol).ToLookup(r => r.Destination);
        var links = netlink.Links.List().ToDictionary(l => l.Index, l => l.Name);
        var reports = tables.Peers.Read().Select(e => ReportOf(e.Key, e.Value, state.Intent?.Routing, routes, links));
        return new RoutesReport(node,
            [.. reports.OrderBy(r => r.Prefix.Contains(':', StringComparison.Ordinal)).ThenBy(r => r.Prefix, StringComparer.Ordinal)]);
    }

    private static RouteReport ReportOf(PeerKey key, PeerEntry entry, RoutingSpec? routing, ILookup<IPNetwork, Route> routes,
        Dictionary<int, string> links)
    {
        var prefix = PrefixOf(key);
        var kind = (PeerKind)entry.Kind;
        var peer = entry.Node > 0 && routing is not null && entry.Node <= routing.Peers.Length ? routing.Peers[(int)entry.Node - 1].NodeName : "";
        var tunnelled = !entry.Tunnel.Equals(default);
        var route = routes[prefix].FirstOrDefault();
        return new RouteReport(
            prefix.ToString(), NameOf(kind), peer,
            tunnelled ? entry.Tunnel.ToString() : route?.Gateway?.ToString() ?? "",
            // Each pod has a device of its own; the route to their prefix refuses what belongs to none, and IPv6 gives it the device lo.
            route is not null && kind is not PeerKind.LocalPod ? links.GetValueOrDefault(route.InterfaceIndex, "") : "",
            tunnelled ? "vxlan" : "",
            kind is not (PeerKind.RemotePod or PeerKind.LocalPod) || route is not null);
    }

    private static IPNetwork PrefixOf(PeerKey key)
    {
        var address = key.Prefix.ToIPAddress();
        return new IPNetwork(address, (int)key.PrefixLen - (address.AddressFamily == AddressFamily.InterNetwork ? 96 : 0));
    }

    private static string NameOf(PeerKind kind) => kind switch
    {
        PeerKind.RemotePod => "remote-pods",
        PeerKind.RemoteNode => "remote-node",
        PeerKind.LocalPod => "local-pods",
        PeerKind.LocalNode => "local-node",
        PeerKind.Direct => "direct",
        _ => "world",
    };
}
