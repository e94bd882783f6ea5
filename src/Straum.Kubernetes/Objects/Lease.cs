namespace Straum.Kubernetes.Objects;

/// <summary>coordination.k8s.io/v1 Lease.</summary>
public sealed record Lease : KubernetesObject
{
    /// <summary>Empty when nobody holds it.</summary>
    public string HolderIdentity { get; init; } = "";

    /// <summary>How long after an observed renewal others must wait; zero when absent.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The holder's clock. Shown only: expiry is judged by local observation.</summary>
    public DateTimeOffset? AcquireTime { get; init; }

    /// <summary>The holder's clock. A change means that the holder lives.</summary>
    public DateTimeOffset? RenewTime { get; init; }

    public int Transitions { get; init; }
}
