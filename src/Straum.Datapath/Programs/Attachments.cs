using Straum.Linux;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Programs;

/// <summary>
/// Programs on devices and on the control group, each through a pinned link that outlives the agent. Attaching
/// what is attached already swaps the program in place: no packet passes in between.
/// Safe for use from several threads.
/// </summary>
public sealed class Attachments(LoadedDatapath datapath, RtNetlink netlink) : IDisposable
{
    private const string SocketRole = "socket";

    private static readonly TcDirection[] Directions = [TcDirection.Ingress, TcDirection.Egress];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Attached> _links = new(StringComparer.Ordinal);

    // What this run attached by filters, by the name that a link would have, and the id of the program: before tcx all of it,
    // else what is to be settled.
    private readonly Dictionary<string, uint> _filters = new(StringComparer.Ordinal);

    // Their names in the order in which they are settled; one that the kernel refuses goes to the end.
    private readonly Queue<string> _toSettle = new();

    private volatile bool _filtersRefused;

    private sealed record Attached(string Role, string Hook, string Target, BpfProgram Program, BpfLink Link) : IDisposable
    {
        public void Dispose() => Link.Dispose();
    }

    /// <summary>What this run attached, and whether the kernel still has it so. Without the devices of kernels before tcx.</summary>
    public IReadOnlyList<AttachmentReport> Describe()
    {
        lock (_lock)
        {
            return [.. _links.Select(l => Describe(l.Key, l.Value))];
        }
    }

    /// <summary>Attaches both directions of a device: `pod`, `uplink` or `overlay`.</summary>
    /// <param name="incoming">Sees what comes from the device.</param>
    /// <param name="outgoing">Sees what is sent to it.</param>
    public void AttachDevice(string role, int ifindex, BpfProgram incoming, BpfProgram outgoing)
    {
        Attach(role, ifindex, TcDirection.Ingress, incoming);
        Attach(role, ifindex, TcDirection.Egress, outgoing);
    }

    /// <summary>
    /// As <see cref="AttachDevice"/>, without the two grace periods of the kernel that links wait for: the programs are in place
    /// on return, by filters, until <see cref="SettleNext"/> gives the device its links. One that has links keeps them. For
    /// devices that the caller has just made.
    /// </summary>
    public void AttachProvisionally(string role, int ifindex, BpfProgram incoming, BpfProgram outgoing)
    {
        // While tables are exchanged the programs of two builds are about, and only links are kept in step with that.
        if (!Features.Tcx.IsSupported || _filtersRefused || datapath.IsTakeOverPending
            || Directions.Any(d => Pins.Exists(datapath.Pins.Link(NameOf(role, ifindex, d)))))
        {
            AttachDevice(role, ifindex, incoming, outgoing);
            return;
        }
        try
        {
            // Outside of the lock: a link that is just being attached would hold it for a grace period.
            new TcAttachment(ifindex, TcDirection.Ingress).Attach(netlink, incoming);
            try
            {
                new TcAttachment(ifindex, TcDirection.Egress).Attach(netlink, outgoing);
            }
            catch (LinuxException)
            {
                // Nobody knows of it yet who would take it away.
                new TcAttachment(ifindex, TcDirection.Ingress).Detach(netlink);
                throw;
            }
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.EOPNOTSUPP)
        {
            // A kernel without sch_ingress or cls_bpf.
            _filtersRefused = true;
            AttachDevice(role, ifindex, incoming, outgoing);
            return;
        }
        lock (_lock)
        {
            foreach (var (direction, program) in new[] { (TcDirection.Ingress, incoming), (TcDirection.Egress, outgoing) })
            {
                var name = NameOf(role, ifindex, direction);
                _filters[name] = program.Info.Id;
                _toSettle.Enqueue(name);
            }
        }
    }

    /// <summary>Whether a device waits for <see cref="SettleNext"/>.</summary>
    public bool IsAnyProvisional
    {
        get
        {
            lock (_lock)
            {
                return Features.Tcx.IsSupported && _filters.Count > 0;
            }
        }
    }

    /// <summary>
    /// Puts a link in the place of one filter of <see cref="AttachProvisionally"/>, under traffic. Blocks for one grace period,
    /// and all of the kernel's network configuration with it: for when nobody waits. Returns <c>false</c> when none was left.
    /// </summary>
    /// <exception cref="LinuxException">The kernel refused; the filter is still there.</exception>
    public bool SettleNext()
    {
        lock (_lock)
        {
            string? name;
            while (_toSettle.TryDequeue(out name) && !_filters.ContainsKey(name))
            {
                // Detached since, or settled when its device was attached twice.
            }
            if (name is null || LinkName.TryParse(name) is not { } next)
            {
                return false;
            }
            try
            {
                Attach(next.Role, next.InterfaceIndex, next.Direction, datapath.Programs.Of(name)!);
                new TcAttachment(next.InterfaceIndex, next.Direction).Detach(netlink);
            }
            catch (LinuxException e) when (e.Errno == Errno.ENODEV)
            {
                // The device is gone, and its filters with it.
            }
            catch (LinuxException)
            {
                _toSettle.Enqueue(name);
                throw;
            }
            _filters.Remove(name);
            return true;
        }
    }

    /// <summary>
    /// <see cref="SettleNext"/> for all, as far as the kernel does not refuse: one after the other, so that whoever comes
    /// in between waits for one.
    /// </summary>
    public void SettleEach()
    {
        for (var left = CountProvisional(); left > 0; left--)
        {
            try
            {
                datapath.Use(SettleNext);
            }
            catch (LinuxException)
            {
                // It has its filter still, and was put behind the others.
            }
        }
    }

    /// <summary>
    /// Whether this run attached both directions and the kernel still has them: they are gone with a device that was
    /// deleted, also when another one has its index now, and when someone else detached them.
    /// </summary>
    public bool IsAttached(string role, int ifindex)
    {
        lock (_lock)
        {
            return Array.TrueForAll(Directions, direction => IsAttached(NameOf(role, ifindex, direction), ifindex, direction));
        }
    }

    public void DetachDevice(string role, int ifindex)
    {
        lock (_lock)
        {
            foreach (var direction in Directions)
            {
                var name = NameOf(role, ifindex, direction);
                if (!Features.Tcx.IsSupported)
                {
                    new TcAttachment(ifindex, direction).Detach(netlink);
                    _filters.Remove(name);
                    continue;
                }
                if (_filters.Remove(name))
                {
                    new TcAttachment(ifindex, direction).Detach(netlink);
                }
                if (_links.Remove(name, out var link))
                {
                    link.Dispose();
                }
                Pins.Remove(datapath.Pins.Link(name));
            }
        }
    }

    /// <summary>Services at the socket, for every process below the control group.</summary>
    public void AttachSockets(ControlGroup group)
    {
        lock (_lock)
        {
            foreach (var (name, hook, program) in datapath.Programs.Sockets)
            {
                Keep(name, SocketRole, "cgroup " + name["sock_".Length..], group.Path, program, link => link.CgroupId == group.Id,
                    () => BpfLink.AttachCgroup(program, group, hook));
            }
        }
    }

    /// <summary>
    /// Takes the pins away that this run did not attach: pods and devices that are gone, hooks that were switched off. A filter of
    /// this run may have got its link from whoever exchanged the tables.
    /// </summary>
    public void RemoveStale()
    {
        lock (_lock)
        {
            foreach (var path in Directory.EnumerateFiles(datapath.Pins.Links))
            {
                if (Path.GetFileName(path) is var name && !_links.ContainsKey(name) && !_filters.ContainsKey(name))
                {
                    Pins.Remove(path);
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var link in _links.Values)
            {
                link.Dispose();
            }
            _links.Clear();
        }
    }

    private int CountProvisional()
    {
        lock (_lock)
        {
            return _toSettle.Count;
        }
    }

    private bool IsAttached(string name, int ifindex, TcDirection direction)
    {
        if (_links.TryGetValue(name, out var link))
        {
            return link.Link.Info.InterfaceIndex == ifindex;
        }
        if (!_filters.TryGetValue(name, out var program))
        {
            return false;
        }
        // Whoever exchanged the tables may have put another program into the filter, or a link in its place.
        if (new TcAttachment(ifindex, direction).Find(netlink) is { } there && (there == program || there == datapath.Programs.Of(name)?.Info.Id))
        {
            return true;
        }
        using var settled = BpfLink.TryOpenPinned(datapath.Pins.Link(name));
        return settled?.Info.InterfaceIndex == ifindex;
    }

    private void Attach(string role, int ifindex, TcDirection direction, BpfProgram program)
    {
        lock (_lock)
        {
            if (!Features.Tcx.IsSupported)
            {
                AttachFilter(NameOf(role, ifindex, direction), new TcAttachment(ifindex, direction), program);
                return;
            }
            Keep(NameOf(role, ifindex, direction), role, "tcx " + direction.ToString().ToLowerInvariant(), ifindex.ToString(), program,
                link => link.InterfaceIndex == ifindex, () => BpfLink.AttachTcx(program, ifindex, direction));
        }
    }

    // Another build's programs stay until the tables of this one are filled: then it is asked for again.
    private void AttachFilter(string name, TcAttachment filter, BpfProgram program)
    {
        if (!datapath.IsTakeOverPending || filter.Find(netlink) is null)
        {
            filter.Attach(netlink, program);
            _filters[name] = program.Info.Id;
        }
    }

    // A link whose device is gone, and whose index may belong to another one now, is not worth keeping.
    private void Keep(string name, string role, string hook, string target, BpfProgram program, Predicate<BpfLinkInfo> fits, Func<BpfLink> attach)
    {
        var path = datapath.Pins.Link(name);
        if (_links.Remove(name, out var known))
        {
            known.Dispose();
        }
        var link = BpfLink.TryOpenPinned(path);
        try
        {
            if (link is not null && !fits(link.Info))
            {
                link.Dispose();
                link = null;
                Pins.Remove(path);
            }
            if (link is not null)
            {
                // Another build's programs stay until the tables of this one are filled.
                if (!datapath.IsTakeOverPending)
                {
                    link.Update(program);
                }
            }
            else
            {
                link = attach();
                link.Pin(path);
            }
        }
        catch
        {
            link?.Dispose();
            throw;
        }
        _links.Add(name, new Attached(role, hook, target, program, link));
    }

    private static AttachmentReport Describe(string name, Attached attached)
    {
        var info = attached.Link.Info;
        var target = info.InterfaceIndex != 0 || info.CgroupId != 0;
        return new AttachmentReport(name, attached.Role, attached.Program.Name, attached.Hook, attached.Target, target, info.ProgramId);
    }

    private static string NameOf(string role, int ifindex, TcDirection direction) => new LinkName(role, ifindex, direction).ToString();
}
