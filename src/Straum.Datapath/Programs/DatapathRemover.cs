using Straum.Datapath.Nodes;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Programs;

/// <summary>Takes out of the kernel what <see cref="DatapathLoader"/> and the reconcilers put there. The only thing that detaches.</summary>
public static class DatapathRemover
{
    private static readonly HashSet<string> DevicePrograms = ["pod_out", "pod_in", "uplink_in", "uplink_out", "overlay_in", "overlay_out"];

    /// <summary>Programs first, so that no packet meets one whose tables are gone. Returns what was removed, a line each.</summary>
    /// <param name="pinDirectory">paths.bpf.</param>
    /// <param name="netlink">Of the node's namespace.</param>
    /// <exception cref="Straum.Linux.LinuxException">The kernel refused a step; the rest is still there, and it can be run again.</exception>
    public static IReadOnlyList<string> Remove(string pinDirectory, RtNetlink netlink) =>
    [
        .. RemoveLinks(new PinLayout(pinDirectory)),
        .. RemoveFilters(netlink),
        .. Pins.RemoveTree(pinDirectory) ? [$"tables and programs pinned in {pinDirectory}"] : Array.Empty<string>(),
        .. OverlayDevice.Remove(netlink) ? [$"device {OverlayDevice.Name}"] : Array.Empty<string>(),
        .. RemoveRoutes(netlink),
    ];

    private static IEnumerable<string> RemoveLinks(PinLayout pins)
    {
        foreach (var path in Directory.Exists(pins.Links) ? Directory.GetFiles(pins.Links) : [])
        {
            using var link = BpfLink.OpenPinned(path);
            // Unlinking alone detaches a moment later, and nothing may come in between.
            if (link.Info is { InterfaceIndex: not 0 } or { CgroupId: not 0 })
            {
                link.Detach();
            }
            Pins.Remove(path);
            yield return $"program at {Path.GetFileName(path)}";
        }
    }

    // Before tcx (Linux 6.6) all of them, since then those of pods that came just before the agent ended.
    private static IEnumerable<string> RemoveFilters(RtNetlink netlink)
    {
        foreach (var device in netlink.Links.List())
        {
            foreach (var direction in new[] { TcDirection.Ingress, TcDirection.Egress })
            {
                foreach (var filter in netlink.Filters.List(device.Index, direction).Where(f => DevicePrograms.Contains(f.Name)))
                {
                    if (new TcAttachment(device.Index, direction, (ushort)filter.Priority, filter.Handle).Detach(netlink))
                    {
                        yield return $"program {filter.Name} at {device.Name}";
                    }
                }
            }
        }
    }

    private static IEnumerable<string> RemoveRoutes(RtNetlink netlink)
    {
        foreach (var route in netlink.Routes.List(protocol: RoutePlan.Protocol))
        {
            if (netlink.Routes.Delete(route))
            {
                yield return $"route {route.Destination}";
            }
        }
    }
}
