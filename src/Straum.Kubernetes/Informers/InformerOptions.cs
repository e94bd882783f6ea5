using Straum.Kubernetes.Client;

namespace Straum.Kubernetes.Informers;

/// <summary>How an informer lists and watches.</summary>
public sealed record InformerOptions
{
    public Selection Selection { get; init; } = Selection.All;

    /// <summary>Items per page of a list.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>
    /// How long the server keeps a watch. Each one is made up to twice as long by chance, so that watches do not
    /// end together.
    /// </summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How much longer we wait for that end before the connection counts as dead.</summary>
    public TimeSpan WatchGrace { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(0.2);
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(10);
}
