using Straum.Kubernetes.Decoding;

namespace Straum.Kubernetes.Informers;

/// <summary>An <see cref="Informer{T}"/> of any kind.</summary>
public interface IInformer
{
    /// <summary>The first complete list has arrived, and what is absent from the table is absent from the cluster.</summary>
    bool HasSynced { get; }

    InformerStatus Status { get; }

    /// <summary>Objects that are served as they were last readable, ordered by name.</summary>
    IReadOnlyList<DecodeProblem> Problems { get; }

    /// <summary>Raised on the informer's own thread after the table, the problems or HasSynced changed.</summary>
    event Action? Changed;

    /// <summary>Lists and watches until cancelled; never ends for another reason.</summary>
    Task RunAsync(CancellationToken ct);
}
