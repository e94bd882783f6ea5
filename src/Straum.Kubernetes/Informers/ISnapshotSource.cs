using Straum.Kubernetes.Snapshots;

namespace Straum.Kubernetes.Informers;

/// <summary>Where snapshots come from: an API server's watches, or a directory of manifests.</summary>
public interface ISnapshotSource
{
    /// <summary>A table of this kind has changed, and no snapshot has told of it yet. Raised on any thread.</summary>
    event Action<string>? ObjectsChanged;

    /// <summary>How each kind is doing.</summary>
    IReadOnlyList<InformerStatus> Status { get; }

    /// <summary>Follows the origin until cancelled; ends early, with an exception, only when it cannot go on.</summary>
    Task RunAsync(CancellationToken ct);

    /// <summary>The next snapshot that differs from the one handed out last, waiting until there is one. For one consumer.</summary>
    ValueTask<Snapshot> NextAsync(CancellationToken ct);
}
