using System.Net;

namespace Straum.Linux.Netlink;

/// <summary>A route, as it is wanted or as the kernel has it. Two are equal when they say the same.</summary>
public sealed record Route
{
    /// <summary>The main table.</summary>
    public const int MainTable = 254;

    /// <summary>Where the kernel keeps the host's own addresses.</summary>
    public const int LocalTable = 255;

    /// <summary>The packets it applies to; <c>0.0.0.0/0</c> or <c>::/0</c> for a default route.</summary>
    public required IPNetwork Destination { get; init; }

    /// <summary>Next hop, of either family: an IPv6 next hop carries IPv4 routes too. <c>null</c> when the destination is on the link.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>Device to leave by; 0 lets the kernel find it from the gateway.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>Take the gateway to be on the link even if no address says so.</summary>
    public bool OnLink { get; init; }

    /// <summary>When <c>null</c>: link without a gateway, universe with one; when deleting, any. IPv6 has no scopes.</summary>
    public RouteScope? Scope { get; init; }

    public RouteProtocol Protocol { get; init; }

    /// <summary>The lower wins. 0 is the kernel's default (0 for IPv4, 1024 for IPv6); when deleting, any.</summary>
    public int Metric { get; init; }

    /// <summary>Largest packet on this path, 0 to take the device's.</summary>
    public int Mtu { get; init; }

    /// <summary>Source address for connections this host starts over the route.</summary>
    public IPAddress? PreferredSource { get; init; }

    public int Table { get; init; } = MainTable;

    public RouteType Type { get; init; } = RouteType.Unicast;

    /// <summary>Several next hops, chosen from by flow hash; empty when there is one. Then <see cref="Gateway"/> and <see cref="InterfaceIndex"/> stay unset.</summary>
    public IReadOnlyList<NextHop> NextHops { get; init; } = [];

    public bool Equals(Route? other) =>
        other is not null && Destination.Equals(other.Destination) && Equals(Gateway, other.Gateway)
        && InterfaceIndex == other.InterfaceIndex && OnLink == other.OnLink && Scope == other.Scope
        && Protocol == other.Protocol && Metric == other.Metric && Mtu == other.Mtu
        && Equals(PreferredSource, other.PreferredSource) && Table == other.Table && Type == other.Type
        && NextHops.SequenceEqual(other.NextHops);

    public override int GetHashCode() => HashCode.Combine(Destination, Table, Metric, Type);

    /// <summary>As ip(8) writes it, with the device's index in the place of its name.</summary>
    public override string ToString() => ToString(index => $"#{index}");

    /// <summary>As ip(8) writes it.</summary>
    /// <param name="deviceName">Gives the name of a device by its index.</param>
    internal string ToString(Func<int, string> deviceName)
    {
        var text = new System.Text.StringBuilder();
        if (Type != RouteType.Unicast)
        {
            text.Append(Type.ToString().ToLowerInvariant()).Append(' ');
        }
        text.Append(Destination);
        if (Gateway is not null)
        {
            text.Append(" via ").Append(Gateway);
        }
        if (InterfaceIndex != 0)
        {
            text.Append(" dev ").Append(deviceName(InterfaceIndex));
        }
        foreach (var hop in NextHops)
        {
            text.Append(" nexthop via ").Append(hop.Gateway).Append(" dev ").Append(deviceName(hop.InterfaceIndex));
        }
        return Table == MainTable ? text.ToString() : text.Append(" table ").Append(Table).ToString();
    }
}
