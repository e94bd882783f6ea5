using Straum.Linux;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Programs;

/// <summary>
/// Programs on pods' devices as filters of clsact, where links are to take their place: a filter is attached in microseconds,
/// while each link waits for a grace period of the kernel under its rtnl lock (docs/adr/0009). From the moment that a link is
/// there, its program's verdict is final and the filter behind it is not asked: every packet meets the program once.
/// </summary>
internal static class ProvisionalFilters
{
    private static readonly (TcDirection Direction, string Program)[] OfPods = [(TcDirection.Ingress, "pod_out"), (TcDirection.Egress, "pod_in")];

    /// <summary>
    /// Gives every device that was left with filters its links, with the very programs that it has: whoever exchanges tables and
    /// programs then finds links alone, but for the filters that it returns: the kernel refused links in their place. Nothing
    /// before tcx, where filters are what lasts.
    /// </summary>
    /// <param name="pins">Where links are pinned.</param>
    /// <param name="warn">Told of those that were refused, and why.</param>
    public static IReadOnlyList<ProvisionalFilter> SettleAll(PinLayout pins, Action<string>? warn)
    {
        if (!Features.Tcx.IsSupported)
        {
            return [];
        }
        var refused = new List<ProvisionalFilter>();
        using var netlink = RtNetlink.Open();
        foreach (var device in netlink.Qdiscs.List().Where(q => q.Kind == "clsact").Select(q => q.InterfaceIndex).Distinct())
        {
            foreach (var (direction, program) in OfPods)
            {
                if (Find(netlink, device, direction) is { } filter && filter.Name == program)
                {
                    var provisional = new ProvisionalFilter(new LinkName(LinkName.Pod, device, direction), filter.ProgramId);
                    try
                    {
                        Settle(pins, netlink, provisional);
                    }
                    catch (LinuxException e)
                    {
                        warn?.Invoke($"{provisional.Name} stays a filter: {e.Message}");
                        refused.Add(provisional);
                    }
                }
            }
        }
        return refused;
    }

    /// <summary>Puts another program in the place of a filter's, in one step. Nothing where its device is gone.</summary>
    public static void Replace(RtNetlink netlink, ProvisionalFilter filter, BpfProgram program)
    {
        var there = new TcAttachment(filter.Name.InterfaceIndex, filter.Name.Direction);
        try
        {
            if (there.Find(netlink) is not null)
            {
                there.Attach(netlink, program);
            }
        }
        catch (LinuxException e) when (IsGone(e))
        {
            // Between the two.
        }
    }

    /// <summary>Of a device that may go at any moment: it has, and its programs with it.</summary>
    public static bool IsGone(LinuxException fault) => fault.Errno is Errno.ENODEV or Errno.ENOENT;

    private static BpfFilter? Find(RtNetlink netlink, int ifindex, TcDirection direction)
    {
        var ours = new TcAttachment(ifindex, direction);
        return netlink.Filters.List(ifindex, direction).FirstOrDefault(f => f.Priority == ours.Priority && f.Handle == ours.Handle);
    }

    private static void Settle(PinLayout pins, RtNetlink netlink, ProvisionalFilter filter)
    {
        var name = filter.Name;
        var path = pins.Link(name.ToString());
        using var known = BpfLink.TryOpenPinned(path);
        if (known is null || known.Info.InterfaceIndex != name.InterfaceIndex)
        {
            try
            {
                using var program = BpfProgram.OpenById(filter.ProgramId);
                using var link = BpfLink.AttachTcx(program, name.InterfaceIndex, name.Direction);
                if (known is not null)
                {
                    Pins.Remove(path);
                }
                link.Pin(path);
            }
            catch (LinuxException e) when (IsGone(e))
            {
                return;
            }
        }
        new TcAttachment(name.InterfaceIndex, name.Direction).Detach(netlink);
    }
}
