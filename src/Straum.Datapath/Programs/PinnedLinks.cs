using Straum.Linux;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Programs;

/// <summary>
/// What is attached by pinned links, whoever attached it, as one thing: all its programs change together. Link after link,
/// each in one step: every packet meets the former program or the next, and none meets no program.
/// </summary>
/// <param name="pins">Where they are.</param>
/// <param name="filters">Programs without links, which are a part of it all the same.</param>
/// <param name="before">Told of each step before it is made.</param>
internal sealed class PinnedLinks(PinLayout pins, IReadOnlyList<ProvisionalFilter> filters, Action<string>? before)
{
    /// <summary>Numbers of bpf/lib/former.h.</summary>
    private static readonly (string Role, TcDirection Direction, int Slot)[] FormerSlots =
    [
        (LinkName.Pod, TcDirection.Ingress, 0),
        (LinkName.Pod, TcDirection.Egress, 1),
        (LinkName.Uplink, TcDirection.Ingress, 2),
        (LinkName.Uplink, TcDirection.Egress, 3),
        (LinkName.Overlay, TcDirection.Ingress, 4),
    ];

    /// <summary>Puts these programs in the place of whatever is attached. Links whose device is gone are left to whoever removes them.</summary>
    public void Replace(DatapathPrograms programs)
    {
        foreach (var (name, link) in Open())
        {
            using (link)
            {
                if (programs.Of(name) is { } program && IsAttached(link))
                {
                    before?.Invoke($"replace {name}");
                    TryUpdate(link, program);
                }
            }
        }
        if (filters.Count == 0)
        {
            return;
        }
        using var netlink = RtNetlink.Open();
        foreach (var filter in filters)
        {
            before?.Invoke($"replace filter {filter.Name}");
            ProvisionalFilters.Replace(netlink, filter, programs.Of(filter.Name.ToString())!);
        }
    }

    /// <summary>Makes the attached programs callable for those that will be in their place.</summary>
    public void KeepAsFormer(ProgramArray former)
    {
        var done = new HashSet<int>();
        foreach (var (name, link) in Open())
        {
            using (link)
            {
                if (LinkName.TryParse(name) is { } device && IsAttached(link))
                {
                    Keep(device, link.Info.ProgramId);
                }
            }
        }
        foreach (var filter in filters)
        {
            try
            {
                Keep(filter.Name, filter.ProgramId);
            }
            catch (LinuxException e) when (ProvisionalFilters.IsGone(e))
            {
                // Nothing holds the program of a filter when its device goes, and this may be long after it was found.
            }
        }

        // One of each kind will do: they are the same, or know how to call those that the others are.
        void Keep(LinkName device, uint programId)
        {
            foreach (var (role, direction, slot) in FormerSlots)
            {
                if (role == device.Role && direction == device.Direction && !done.Contains(slot))
                {
                    before?.Invoke($"keep {device}");
                    using var program = BpfProgram.OpenById(programId);
                    former.Set(slot, program);
                    done.Add(slot);
                }
            }
        }
    }

    public static void Forget(ProgramArray former)
    {
        foreach (var (_, _, slot) in FormerSlots)
        {
            former.Clear(slot);
        }
    }

    private IEnumerable<(string Name, BpfLink Link)> Open() => Directory.EnumerateFiles(pins.Links).Order(StringComparer.Ordinal)
        .Select(path => (Path.GetFileName(path), BpfLink.OpenPinned(path)));

    private static bool IsAttached(BpfLink link) => link.Info is { InterfaceIndex: not 0 } or { CgroupId: not 0 };

    // The device may go at any moment.
    private static void TryUpdate(BpfLink link, BpfProgram program)
    {
        try
        {
            link.Update(program);
        }
        catch (LinuxException) when (!IsAttached(link))
        {
        }
    }
}
