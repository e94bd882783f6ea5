namespace Straum.Kubernetes.Informers;

/// <summary>What to watch; a kind that is left out has an empty table in every snapshot.</summary>
public sealed record SnapshotWatches
{
    public InformerOptions? Nodes { get; init; }
    public InformerOptions? Namespaces { get; init; }
    public InformerOptions? Pods { get; init; }
    public InformerOptions? Services { get; init; }
    public InformerOptions? EndpointSlices { get; init; }
}
