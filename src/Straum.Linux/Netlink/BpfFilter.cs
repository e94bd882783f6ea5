namespace Straum.Linux.Netlink;

/// <summary>A BPF classifier on a device's clsact hook, as the kernel lists it.</summary>
public sealed record BpfFilter
{
    public required int InterfaceIndex { get; init; }

    public required TcDirection Direction { get; init; }

    /// <summary>The lower runs first.</summary>
    public required int Priority { get; init; }

    public required uint Handle { get; init; }

    public string Name { get; init; } = "";

    public uint ProgramId { get; init; }

    /// <summary>The program's return value is the verdict.</summary>
    public bool IsDirectAction { get; init; }
}
