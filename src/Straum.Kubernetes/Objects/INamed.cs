namespace Straum.Kubernetes.Objects;

/// <summary>Something that an <see cref="Snapshots.ObjectTable{T}"/> can hold: it knows its own key.</summary>
public interface INamed
{
    NamespacedName Key { get; }
}
