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
    private readonly Lock _lock = new();
    private readonly Dictionary<string, BpfLink> _links = new(StringComparer.Ordinal);

    /// <summary>Names of the pins in use.</summary>
    public IReadOnlyCollection<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _links.Keys];
            }
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

    public void DetachDevice(string role, int ifindex)
    {
        lock (_lock)
        {
            foreach (var direction in new[] { TcDirection.Ingress, TcDirection.Egress })
            {
                var name = NameOf(role, ifindex, direction);
                if (_links.Remove(name, out var link))
                {
                    link.Dispose();
                }
                File.Delete(datapath.Pins.Link(name));
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
                Keep(name, program, link => true, () => BpfLink.AttachCgroup(program, group, hook));
            }
        }
    }

    /// <summary>Takes the pins away that this run did not attach: pods and devices that are gone, hooks that were switched off.</summary>
    public void RemoveStale()
    {
        lock (_lock)
        {
            foreach (var path in Directory.EnumerateFiles(datapath.Pins.Links))
            {
                if (!_links.ContainsKey(Path.GetFileName(path)))
                {
                    File.Delete(path);
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

    private void Attach(string role, int ifindex, TcDirection direction, BpfProgram program)
    {
        lock (_lock)
        {
            if (!Features.Tcx.IsSupported)
            {
                new TcAttachment(ifindex, direction).Attach(netlink, program);
                return;
            }
            Keep(NameOf(role, ifindex, direction), program, link => link.Info.InterfaceIndex == ifindex,
                () => BpfLink.AttachTcx(program, ifindex, direction));
        }
    }

    // A link whose device is gone, and whose index may belong to another one now, is not worth keeping.
    private void Keep(string name, BpfProgram program, Predicate<BpfLink> fits, Func<BpfLink> attach)
    {
        var path = datapath.Pins.Link(name);
        if (_links.Remove(name, out var known))
        {
            known.Dispose();
        }
        if (File.Exists(path))
        {
            var pinned = BpfLink.OpenPinned(path);
            if (fits(pinned))
            {
                pinned.Update(program);
                _links.Add(name, pinned);
                return;
            }
            pinned.Dispose();
            File.Delete(path);
        }
        var link = attach();
        link.Pin(path);
        _links.Add(name, link);
    }

    private static string NameOf(string role, int ifindex, TcDirection direction) =>
        $"{role}-{ifindex}-{(direction == TcDirection.Ingress ? "in" : "out")}";
}
