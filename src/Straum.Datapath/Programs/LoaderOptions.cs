using Straum.Datapath.Tables;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>What <see cref="DatapathLoader"/> needs to know.</summary>
public sealed record LoaderOptions
{
    /// <summary>Holds pod.bpf.o and the others.</summary>
    public required string ObjectDirectory { get; init; }

    /// <summary>Directory of the pins, below a bpffs mount; made if absent.</summary>
    public required string PinDirectory { get; init; }

    /// <summary>Whether flows are expired by a program. Without one user space does it, which older kernels need.</summary>
    public bool SweepInKernel { get; init; } = Features.SyscallPrograms.State != FeatureSupport.NotSupported;

    public TableSizes Sizes { get; init; } = new();

    /// <summary>Told of what could not be done when tables or programs were exchanged, here or later, and was gone on without.</summary>
    public Action<string>? Warn { get; init; }
}
