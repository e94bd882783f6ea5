using System.Collections.Immutable;
using Straum.Control.Problems;
using Straum.Datapath.Nodes;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Agent.Daemon;

/// <summary>Where the loop stands. Immutable.</summary>
internal sealed record NodeLoopState
{
    /// <summary>Of the snapshot that the kernel holds; 0 before the first pass.</summary>
    public long Revision { get; init; }

    public Snapshot Snapshot { get; init; } = Snapshot.Empty;

    /// <summary>Our own Node object; null before the first pass.</summary>
    public Node? Node { get; init; }

    /// <summary>What the kernel holds; null before the first pass.</summary>
    public NodeIntent? Intent { get; init; }

    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <summary>Those of the problems that say what found no room in a table.</summary>
    public ImmutableArray<Problem> Unplaced { get; init; } = [];

    /// <summary>Those of them whose table has just grown, or may have room in a moment: nothing to tell anybody yet.</summary>
    public ImmutableArray<Problem> Settling { get; init; } = [];

    /// <summary>Why no pass can be made, or null.</summary>
    public string? Waiting { get; init; }

    /// <summary>Why the last pass failed, or null.</summary>
    public string? Failure { get; init; }

    public DateTimeOffset? LastPass { get; init; }

    public TimeSpan LastPassTook { get; init; }

    public long Passes { get; init; }

    public bool IsProgrammed => Intent is not null;
}
