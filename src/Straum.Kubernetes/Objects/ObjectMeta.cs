namespace Straum.Kubernetes.Objects;

/// <summary>
/// What every object has. Annotations hold only the keys that <see cref="WellKnown.KeepsAnnotation"/> names.
/// </summary>
/// <remarks>
/// <see cref="ResourceVersion"/> is no content: it takes no part in equality, so that an update which
/// touches nothing we read is equal to what it replaces. In a snapshot it is therefore the version at
/// which this content was first seen, and not one to send back in an update.
/// </remarks>
public readonly record struct ObjectMeta
{
    public ObjectMeta() { }

    public string Name { get; init; } = "";
    public string Namespace { get; init; } = "";
    public string Uid { get; init; } = "";
    public string ResourceVersion { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? DeletedAt { get; init; }
    public LabelSet Labels { get; init; }
    public LabelSet Annotations { get; init; }

    public NamespacedName Key => new(Namespace, Name);

    public bool Equals(ObjectMeta other) =>
        Name == other.Name && Namespace == other.Namespace && Uid == other.Uid && CreatedAt == other.CreatedAt
        && DeletedAt == other.DeletedAt && Labels == other.Labels && Annotations == other.Annotations;

    public override int GetHashCode() => HashCode.Combine(Name, Namespace, Uid);
}
