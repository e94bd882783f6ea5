namespace Straum.Kubernetes.Objects;

/// <summary>core/v1 Namespace: only its labels matter to us.</summary>
public sealed record Namespace : KubernetesObject;
