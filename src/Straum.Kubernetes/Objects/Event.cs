namespace Straum.Kubernetes.Objects;

/// <summary>core/v1 Event: written by us (see Events/EventRecorder.cs), never read.</summary>
public sealed record Event : KubernetesObject;
