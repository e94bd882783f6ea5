using System.Net;

namespace Straum.Linux.Netlink;

/// <summary>One of several ways a route leads.</summary>
public sealed record NextHop
{
    public IPAddress? Gateway { get; init; }

    public int InterfaceIndex { get; init; }

    public bool OnLink { get; init; }

    /// <summary>Its share of flows against the others', 1 to 256.</summary>
    public int Weight { get; init; } = 1;
}
