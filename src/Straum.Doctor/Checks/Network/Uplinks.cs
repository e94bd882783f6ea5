using System.Globalization;
using Straum.Doctor.Hosts;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks.Network;

/// <summary>The devices by which packets leave the node.</summary>
internal static class Uplinks
{
    /// <summary>Those that default routes use; tunnels and veth pairs are somebody's overlay, not the way out.</summary>
    public static IReadOnlyList<Link> Of(INetwork network)
    {
        var used = network.Routes.Where(static r => r.Destination.PrefixLength == 0)
            .SelectMany(static r => r.NextHops.Select(static h => h.InterfaceIndex).Prepend(r.InterfaceIndex)).ToHashSet();
        return [.. network.Links.Where(l => used.Contains(l.Index))];
    }

    /// <summary>The smallest MTU of the uplinks; null without any.</summary>
    public static int? Mtu(INetwork network) => Of(network) is { Count: > 0 } links ? links.Min(static l => l.Mtu) : null;

    /// <summary>A number from the device's directory in sysfs; null where the driver does not say.</summary>
    public static long? Read(IHost host, string device, string file) =>
        long.TryParse(host.ReadText($"/sys/class/net/{device}/{file}")?.Trim(), CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>What a check of uplinks says where there are none.</summary>
    public static Finding None { get; } = Finding.Skip("no default route, so no uplink");
}
