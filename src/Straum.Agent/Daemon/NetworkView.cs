using System.Collections.Immutable;
using System.Net;
using Straum.Linux.Netlink;

namespace Straum.Agent.Daemon;

/// <summary>Devices and addresses of this node as they were at one moment.</summary>
internal sealed record NetworkView(IReadOnlyList<Link> Links, IReadOnlyList<InterfaceAddress> Addresses)
{
    public static NetworkView Read(RtNetlink netlink) => new(netlink.Links.List(), netlink.Addresses.List());

    /// <summary>What other hosts may send to: loopback and link-local addresses are left out.</summary>
    public ImmutableArray<IPAddress> LocalAddresses =>
        [.. Addresses.Select(a => a.Address).Where(a => !IPAddress.IsLoopback(a) && !a.IsIPv6LinkLocal).Distinct()];
}
