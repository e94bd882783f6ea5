using System.Globalization;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks.Network;

/// <summary>The devices by which packets leave the node.</summary>
internal static class Uplinks
{
    /// <summary>Those that the agent names, which knows them by the node's addresses; without an agent those that default routes use.</summary>
    public static IReadOnlyList<Link> Of(IHost host)
    {
        var named = host.Network.Links.Where(l => host.AgentUplinks.Contains(l.Name)).ToList();
        return named.Count > 0 ? named : [.. Routed(host.Network)];
    }

    /// <summary>
    /// Where neither an agent nor a route says which it is: devices that are down and have an address. The kernel takes a
    /// device's routes with it when it is set down, the default route too, and leaves its IPv4 addresses.
    /// </summary>
    public static IReadOnlyList<Link> Suspects(IHost host)
    {
        if (Of(host).Count > 0)
        {
            return [];
        }
        var addressed = host.Network.Addresses.Where(static a => a.Scope == RouteScope.Universe).Select(static a => a.InterfaceIndex).ToHashSet();
        return [.. host.Network.Links.Where(l => l is { Kind: "" or "veth", IsUp: false } && !l.Flags.HasFlag(LinkFlags.Loopback) && addressed.Contains(l.Index))];
    }

    /// <summary>Everything that leads out or may have, by index: what is at its other end is no pod.</summary>
    public static IReadOnlySet<int> Outward(IHost host) =>
        Of(host).Concat(Routed(host.Network)).Concat(Suspects(host)).Select(static l => l.Index).ToHashSet();

    /// <summary>The smallest MTU of the uplinks; null without any.</summary>
    public static int? Mtu(IHost host) => Of(host) is { Count: > 0 } links ? links.Min(static l => l.Mtu) : null;

    /// <summary>A number from the device's directory in sysfs; null where the driver does not say.</summary>
    public static long? Read(IHost host, string device, string file) =>
        long.TryParse(host.ReadText($"/sys/class/net/{device}/{file}")?.Trim(), CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>What a check of uplinks says where there are none.</summary>
    public static Finding None(IHost host) => Finding.Skip(Suspects(host) is { Count: > 0 } suspects
        ? $"no default route, and down: {Figure.Names([.. suspects.Select(static l => l.Name)])}; see ST-NE-011"
        : "no default route, so no uplink");

    /// <summary>Tunnels and veth pairs that no default route uses are somebody's overlay, not the way out.</summary>
    private static IEnumerable<Link> Routed(INetwork network)
    {
        var used = network.Routes.Where(static r => r.Destination.PrefixLength == 0)
            .SelectMany(static r => r.NextHops.Select(static h => h.InterfaceIndex).Prepend(r.InterfaceIndex)).ToHashSet();
        return network.Links.Where(l => used.Contains(l.Index));
    }
}
