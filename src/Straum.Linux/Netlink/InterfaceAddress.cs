using System.Net;

namespace Straum.Linux.Netlink;

/// <summary>An IP address on a device.</summary>
public sealed record InterfaceAddress
{
    public required int InterfaceIndex { get; init; }

    public required IPAddress Address { get; init; }

    /// <summary>Bits of the network that the device is on: 32 or 128 for an address alone.</summary>
    public required int PrefixLength { get; init; }

    /// <summary>The other end of a point-to-point link; <c>null</c> elsewhere.</summary>
    public IPAddress? Peer { get; init; }

    public RouteScope Scope { get; init; }

    /// <summary>Duplicate address detection is still running: the address cannot be bound to yet.</summary>
    public bool IsTentative { get; init; }

    /// <summary>Another node has this address (RFC 4862 §5.4.5); the kernel does not use it.</summary>
    public bool IsDuplicate { get; init; }
}
