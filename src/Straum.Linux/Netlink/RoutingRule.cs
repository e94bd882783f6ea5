using System.Net;
using System.Net.Sockets;

namespace Straum.Linux.Netlink;

/// <summary>A rule that says which table routes a packet (ip-rule(8)).</summary>
public sealed record RoutingRule
{
    /// <summary>IPv4 or IPv6; each family has its own list.</summary>
    public required AddressFamily Family { get; init; }

    /// <summary>The lower is asked first.</summary>
    public required int Priority { get; init; }

    /// <summary>Table to look in when the rule applies and its <see cref="Type"/> is unicast.</summary>
    public int Table { get; init; } = Route.MainTable;

    public IPNetwork? From { get; init; }

    public IPNetwork? To { get; init; }

    /// <summary>Applies to packets whose mark, under <see cref="MarkMask"/>, is this; <c>null</c> for all packets.</summary>
    public uint? Mark { get; init; }

    public uint MarkMask { get; init; } = uint.MaxValue;

    /// <summary>Name of the device the packet came from; <c>lo</c> for this host's own packets.</summary>
    public string? InputInterface { get; init; }

    public string? OutputInterface { get; init; }

    public RouteProtocol Protocol { get; init; }

    /// <summary><see cref="RouteType.Unicast"/> looks in <see cref="Table"/>; blackhole, unreachable and prohibit end the lookup.</summary>
    public RouteType Type { get; init; } = RouteType.Unicast;
}
