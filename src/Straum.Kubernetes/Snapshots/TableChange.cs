namespace Straum.Kubernetes.Snapshots;

/// <summary>One difference between two tables: <see cref="Before"/> is null when added, <see cref="After"/> when removed.</summary>
public readonly record struct TableChange<T>(T? Before, T? After)
    where T : class;
