using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Snapshots;

/// <summary>The EndpointSlices of one Service, in the order of their names. Unchanged slices, same instance.</summary>
public sealed class ServiceSlices(NamespacedName service, ValueArray<EndpointSlice> slices) : INamed
{
    /// <summary>The Service's name.</summary>
    public NamespacedName Key { get; } = service;

    public ValueArray<EndpointSlice> Slices { get; } = slices;
}
