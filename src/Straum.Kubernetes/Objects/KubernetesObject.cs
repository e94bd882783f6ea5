namespace Straum.Kubernetes.Objects;

/// <summary>
/// An object as the API server holds it, reduced to the fields we read. Equality is by content and ignores
/// the resource version (see <see cref="ObjectMeta"/>).
/// </summary>
/// <remarks>
/// How to add a field: a property here on its kind, with the API's default; a line in the kind's decoder
/// under Decoding/; a line in its test. Fields that nobody reads are not kept.
/// </remarks>
public abstract record KubernetesObject : INamed
{
    public required ObjectMeta Meta { get; init; }

    public string Name => Meta.Name;
    public string Namespace => Meta.Namespace;
    public string Uid => Meta.Uid;
    public LabelSet Labels => Meta.Labels;
    public LabelSet Annotations => Meta.Annotations;
    public NamespacedName Key => Meta.Key;
}
