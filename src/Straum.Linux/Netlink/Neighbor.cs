using System.Net;

namespace Straum.Linux.Netlink;

/// <summary>An entry of the ARP or neighbor discovery table.</summary>
public sealed record Neighbor
{
    public required int InterfaceIndex { get; init; }

    public required IPAddress Address { get; init; }

    /// <summary><c>null</c> while unknown, and for proxy entries.</summary>
    public MacAddress? MacAddress { get; init; }

    public NeighborState State { get; init; } = NeighborState.Permanent;

    /// <summary>This host answers for the address (proxy ARP and NDP).</summary>
    public bool IsProxy { get; init; }

    /// <summary>Owned by a control plane: the kernel does not drop it when it collects unused entries.</summary>
    public bool IsExternallyLearned { get; init; }

    public bool IsRouter { get; init; }
}
