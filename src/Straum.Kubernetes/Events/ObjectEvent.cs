using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Events;

/// <summary>Something that happened to an object and that its owner should read in `kubectl describe`.</summary>
/// <param name="Subject">The object.</param>
/// <param name="Severity">Normal or Warning.</param>
/// <param name="Reason">One word in CamelCase, the same for all events of this sort.</param>
/// <param name="Message">One sentence; part of what makes two events the same.</param>
public sealed record ObjectEvent(EventSubject Subject, EventSeverity Severity, string Reason, string Message);

/// <summary>The object that an event is about.</summary>
public sealed record EventSubject(string ApiVersion, string Kind, NamespacedName Key, string Uid)
{
    public static EventSubject Of<T>(ResourceKind<T> kind, T item)
        where T : KubernetesObject => new(kind.ApiVersion, kind.Kind, item.Key, item.Uid);
}

public enum EventSeverity : byte
{
    Normal,
    Warning,
}
