using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;
using Straum.Linux.Netlink;

namespace Straum.Linux.Bpf;

/// <summary>
/// A program attached to a hook. Disposing the last holder detaches it, unless the link is pinned: then it stays until the
/// pin is removed or the device or control group is gone.
/// </summary>
public sealed class BpfLink : IDisposable
{
    private readonly string _subject;

    private BpfLink(SafeFileHandle handle, string subject)
    {
        Handle = handle;
        _subject = subject;
    }

    /// <summary>Owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Read from the kernel at each call: the program may be replaced, the device may go.</summary>
    public BpfLinkInfo Info => BpfLinkInfo.Read(Handle, _subject);

    /// <summary>Attaches a classifier to a device. Several may be attached; they run in order until one returns a verdict.</summary>
    /// <param name="program">Of type <see cref="BpfProgramType.Classifier"/>.</param>
    /// <param name="interfaceIndex">The device.</param>
    /// <param name="direction">Which of its packets.</param>
    /// <param name="within">The namespace that the index counts in; <c>null</c> for the calling thread's.</param>
    /// <param name="first">Run before those attached already, not after.</param>
    /// <exception cref="FeatureMissingException">Before Linux 6.6; <see cref="TcAttachment"/> works there.</exception>
    public static unsafe BpfLink AttachTcx(
        BpfProgram program, int interfaceIndex, TcDirection direction, NetworkNamespace? within = null, bool first = false)
    {
        var type = direction == TcDirection.Ingress ? AttachType.TcxIngress : AttachType.TcxEgress;
        var subject = $"{program.Name} → #{interfaceIndex} tcx {direction.ToString().ToLowerInvariant()}";
        Features.Tcx.Require("link create", subject);
        return AttachDevice(program, interfaceIndex, type, first ? Libbpf.BPF_F_BEFORE : 0, within, subject);
    }

    /// <summary>Attaches an XDP program to a device, which takes one.</summary>
    /// <param name="program">Of type <see cref="BpfProgramType.Xdp"/>.</param>
    /// <param name="interfaceIndex">The device.</param>
    /// <param name="mode">Where it runs.</param>
    /// <param name="within">The namespace that the index counts in; <c>null</c> for the calling thread's.</param>
    /// <exception cref="LinuxException">EBUSY when the device has one. Since Linux 5.9.</exception>
    public static BpfLink AttachXdp(BpfProgram program, int interfaceIndex, XdpMode mode = XdpMode.Any, NetworkNamespace? within = null) =>
        AttachDevice(program, interfaceIndex, AttachType.Xdp, (uint)mode, within, $"{program.Name} → #{interfaceIndex} xdp");

    /// <summary>Attaches a program to a control group and all below it, beside those that are there. Since Linux 5.7.</summary>
    /// <param name="program">Of the type that <paramref name="type"/> asks for.</param>
    /// <param name="group">For the whole host, <see cref="ControlGroup.Root"/>.</param>
    /// <param name="type">The hook.</param>
    public static unsafe BpfLink AttachCgroup(BpfProgram program, ControlGroup group, AttachType type)
    {
        var subject = $"{program.Name} → {group} {type}";
        using var target = group.OpenHandle();
        return new BpfLink(Libbpf.Own(Libbpf.bpf_link_create(program.Handle, target, (uint)type, null), "link create", subject), subject);
    }

    /// <exception cref="LinuxException">ENOENT when nothing is pinned there.</exception>
    public static BpfLink OpenPinned(string path) => new(Libbpf.Own(Libbpf.bpf_obj_get(path), "link open", path), path);

    /// <summary>As <see cref="OpenPinned"/>, with absence as a value.</summary>
    public static BpfLink? TryOpenPinned(string path) => Pins.Exists(path) ? OpenPinned(path) : null;

    /// <exception cref="LinuxException">ENOENT when there is no such link.</exception>
    public static BpfLink OpenById(uint id) =>
        new(Libbpf.Own(Libbpf.bpf_link_get_fd_by_id(id), "link open", $"id {id}"), $"id {id}");

    /// <summary>Puts another program in the place of the attached one, in one step: every packet meets the old or the new one.</summary>
    public unsafe void Update(BpfProgram program) =>
        Libbpf.Check(Libbpf.bpf_link_update(Handle, program.Handle, null), "link update", $"{_subject} ← {program.Name}");

    /// <summary>Keeps the attachment after every process has let go of it. Directories above are made.</summary>
    /// <exception cref="LinuxException">EEXIST when something is pinned there.</exception>
    public void Pin(string path) => Pins.Create(Handle, path, "link pin");

    /// <summary>Detaches now, pinned or not; the link remains as an empty shell. Since Linux 5.9.</summary>
    public void Detach() => Libbpf.Check(Libbpf.bpf_link_detach(Handle), "link detach", _subject);

    public void Dispose() => Handle.Dispose();

    public override string ToString() => _subject;

    private static unsafe BpfLink AttachDevice(
        BpfProgram program, int interfaceIndex, AttachType type, uint flags, NetworkNamespace? within, string subject)
    {
        var result = within is null ? Create() : within.Run(Create);
        return new BpfLink(Libbpf.Own(result, "link create", subject), subject);

        int Create()
        {
            // Every libbpf 1.x passes attach types that it does not know on to the kernel, tcx among them.
            var options = new Libbpf.bpf_link_create_opts { sz = (nuint)sizeof(Libbpf.bpf_link_create_opts), flags = flags };
            return Libbpf.bpf_link_create(program.Handle, interfaceIndex, (uint)type, &options);
        }
    }
}
