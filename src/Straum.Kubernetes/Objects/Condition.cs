namespace Straum.Kubernetes.Objects;

/// <summary>One entry of status.conditions, of a type that is ours: others' are not kept.</summary>
public sealed record Condition
{
    /// <summary>As in "straum.io/Programmed".</summary>
    public required string Type { get; init; }

    /// <summary>True, False or Unknown.</summary>
    public required string Status { get; init; }

    public string Message { get; init; } = "";
}
