using Straum.Linux.Netlink;

namespace Straum.Linux.Bpf;

/// <summary>
/// A program attached to a device's clsact hook: what there is before tcx (Linux 6.6). It stays until it is detached,
/// whoever holds the program, so it needs no pin, and it is found again by priority and handle.
/// </summary>
public sealed record TcAttachment(int InterfaceIndex, TcDirection Direction, ushort Priority = 1, uint Handle = 1)
{
    /// <summary>Attaches, or puts the program in the place of the one there in one step. Adds clsact where it is missing.</summary>
    /// <param name="net">Of the namespace that the device is in.</param>
    /// <param name="program">Of type <see cref="BpfProgramType.Classifier"/>; its return value is the verdict.</param>
    public void Attach(RtNetlink net, BpfProgram program)
    {
        net.Qdiscs.EnsureClsact(InterfaceIndex);
        net.Filters.Replace(InterfaceIndex, Direction, Priority, Handle, program.Handle, program.Name);
    }

    /// <summary>
    /// Leaves clsact, which others may use and which costs packets to delete (<see cref="QdiscTable.DeleteClsact"/>). Returns <c>false</c> when nothing was attached.
    /// </summary>
    public bool Detach(RtNetlink net) => net.Filters.Delete(InterfaceIndex, Direction, Priority, Handle);

    /// <summary>The id of the program attached here; <c>null</c> when there is none.</summary>
    public uint? Find(RtNetlink net) =>
        net.Filters.List(InterfaceIndex, Direction).FirstOrDefault(f => f.Priority == Priority && f.Handle == Handle)?.ProgramId;
}
