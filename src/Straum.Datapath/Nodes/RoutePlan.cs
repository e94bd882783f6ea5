using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Straum.Control.Problems;
using Straum.Control.Routing;
using Straum.Kubernetes.Objects;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Nodes;

/// <summary>The kernel routes to the other nodes' pods, for the host's own traffic and for bpf_fib_lookup.</summary>
public sealed record RoutePlan(ImmutableArray<Route> Routes, ImmutableArray<Problem> Problems)
{
    /// <summary>Marks the routes that are ours to change and to remove; pods' own host routes carry another number.</summary>
    public const RouteProtocol Protocol = (RouteProtocol)156;

    // Loses against every real route to an address of the prefix.
    private const int LastResort = int.MaxValue;

    /// <param name="overlayIndex">The overlay device, 0 in mode native.</param>
    /// <param name="toPeers">Whether the routes to other nodes are ours to make; this node's own range always is.</param>
    public static RoutePlan Build(RoutingSpec routing, Uplink uplink, int overlayIndex, bool toPeers = true)
    {
        var routes = ImmutableArray.CreateBuilder<Route>();
        var problems = ImmutableArray.CreateBuilder<Problem>();

        // Addresses of this node's range that no pod has must not follow the default route back out.
        foreach (var prefix in routing.LocalPodPrefixes)
        {
            routes.Add(new Route { Destination = prefix, Type = RouteType.Unreachable, Protocol = Protocol, Metric = LastResort });
        }
        foreach (var peer in toPeers ? routing.Peers : [])
        {
            foreach (var prefix in peer.PodPrefixes)
            {
                if (overlayIndex != 0)
                {
                    routes.Add(Through(prefix, overlayIndex, uplink));
                    continue;
                }
                var gateway = prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? peer.AddressV4 : peer.AddressV6;
                if (gateway is null)
                {
                    continue; // named by Control already
                }
                if (!uplink.Connected.Any(connected => connected.Contains(gateway)))
                {
                    problems.Add(NotOnLink(peer, gateway, uplink));
                    continue;
                }
                routes.Add(Through(prefix, uplink.Index, uplink) with { Gateway = gateway });
            }
        }
        return new RoutePlan(routes.ToImmutable(), problems.ToImmutable());
    }

    private static Route Through(IPNetwork prefix, int device, Uplink uplink) => new()
    {
        Destination = prefix,
        InterfaceIndex = device,
        Protocol = Protocol,
        PreferredSource = uplink.NodeAddresses.FirstOrDefault(a => a.AddressFamily == prefix.BaseAddress.AddressFamily),
    };

    private static Problem NotOnLink(PeerSpec peer, IPAddress gateway, Uplink uplink) => new()
    {
        Severity = Severity.Error,
        Object = new ObjectName("Node", new NamespacedName("", peer.NodeName)),
        Field = "status.addresses",
        Message = $"{gateway} is not on the link of {uplink.Name}, so its pods cannot be reached by a direct route.",
        Fix = "Use routing.mode: vxlan, or give the nodes routes to each other's pods (BGP).",
    };
}
