using Straum.Datapath.Tables;

namespace Straum.Datapath.Programs;

/// <summary>What <see cref="DatapathLoader"/> needs to know.</summary>
public sealed record LoaderOptions
{
    /// <summary>Holds pod.bpf.o and the others.</summary>
    public required string ObjectDirectory { get; init; }

    /// <summary>Directory of the pins, below a bpffs mount; made if absent.</summary>
    public required string PinDirectory { get; init; }

    public TableSizes Sizes { get; init; } = new();
}
