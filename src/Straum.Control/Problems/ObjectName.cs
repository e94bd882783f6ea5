using Straum.Kubernetes.Objects;

namespace Straum.Control.Problems;

/// <summary>An object by kind and name, as kubectl would take it: "Service shop/web".</summary>
public readonly record struct ObjectName(string Kind, NamespacedName Name) : IComparable<ObjectName>
{
    public static ObjectName Of(KubernetesObject item) => new(item.GetType().Name, item.Key);

    public int CompareTo(ObjectName other)
    {
        var byKind = string.CompareOrdinal(Kind, other.Kind);
        return byKind != 0 ? byKind : Name.CompareTo(other.Name);
    }

    public override string ToString() => $"{Kind} {Name}";

    public static bool operator <(ObjectName left, ObjectName right) => left.CompareTo(right) < 0;

    public static bool operator <=(ObjectName left, ObjectName right) => left.CompareTo(right) <= 0;

    public static bool operator >(ObjectName left, ObjectName right) => left.CompareTo(right) > 0;

    public static bool operator >=(ObjectName left, ObjectName right) => left.CompareTo(right) >= 0;
}
