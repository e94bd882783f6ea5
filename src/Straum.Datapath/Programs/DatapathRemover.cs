using Straum.Datapath.Nodes;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Programs;

/// <summary>Takes out of the kernel what <see cref="DatapathLoader"/> and the reconcilers put there. The only thing that detaches.</summary>
public static class DatapathRemover
{
    private static readonly HashSet<string> DevicePrograms = ["pod_out", "pod_in", "uplink_in", "uplink_out", "overlay_in", "overlay_out"];

    private static readonly TcDirection[] Directions = [TcDirection.Ingress, TcDirection.Egress];

    /// <summary>Programs first, so that no packet meets one whose tables are gone. Returns what was removed, a line each.</summary>
    /// <param name="pinDirectory">paths.bpf.</param>
    /// <param name="netlink">Of the node's namespace.</param>
    /// <exception cref="Straum.Linux.LinuxException">The kernel refused a step; the rest is still there, and it can be run again.</exception>
    public static IReadOnlyList<string> Remove(string pinDirectory, RtNetlink netlink)
    {
        var devices = new HashSet<int>();
        return
        [
            .. RemoveLinks(new PinLayout(pinDirectory), devices),
            .. RemoveFilters(netlink, devices),
            .. RemoveClsact(netlink, devices),
            .. Pins.RemoveTree(pinDirectory) ? [$"tables and programs pinned in {pinDirectory}"] : Array.Empty<string>(),
            .. OverlayDevice.Remove(netlink) ? [$"device {OverlayDevice.Name}"] : Array.Empty<string>(),
            .. RemoveRoutes(netlink),
        ];
    }

    private static IEnumerable<string> RemoveLinks(PinLayout pins, HashSet<int> devices)
    {
        foreach (var path in Directory.Exists(pins.Links) ? Directory.GetFiles(pins.Links) : [])
        {
            using var link = BpfLink.OpenPinned(path);
            // Unlinking alone detaches a moment later, and nothing may come in between.
            if (link.Info is { InterfaceIndex: not 0 } or { CgroupId: not 0 })
            {
                if (LinkName.TryParse(Path.GetFileName(path)) is { Role: LinkName.Pod })
                {
                    devices.Add(link.Info.InterfaceIndex);
                }
                link.Detach();
            }
            Pins.Remove(path);
            yield return $"program at {Path.GetFileName(path)}";
        }
    }

    // Before tcx (Linux 6.6) all of them, since then those of pods that came just before the agent ended.
    private static IEnumerable<string> RemoveFilters(RtNetlink netlink, HashSet<int> devices)
    {
        foreach (var device in netlink.Links.List())
        {
            foreach (var direction in Directions)
            {
                foreach (var filter in netlink.Filters.List(device.Index, direction).Where(f => DevicePrograms.Contains(f.Name)))
                {
                    if (new TcAttachment(device.Index, direction, (ushort)filter.Priority, filter.Handle).Detach(netlink))
                    {
                        devices.Add(device.Index);
                        yield return $"program {filter.Name} at {device.Name}";
                    }
                }
            }
        }
    }

    // Where our filters were: pods' devices, which keep it when links take the filters' place, and before Linux 6.6 uplinks too. It is
    // meant for both: the agent puts it there, and a clsact without any filter does nothing for anybody.
    private static IEnumerable<string> RemoveClsact(RtNetlink netlink, HashSet<int> devices)
    {
        foreach (var device in netlink.Links.List().Where(d => devices.Contains(d.Index)))
        {
            if (!Array.Exists(Directions, direction => netlink.Filters.Any(device.Index, direction)) && netlink.Qdiscs.DeleteClsact(device.Index))
            {
                yield return $"clsact at {device.Name}";
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
