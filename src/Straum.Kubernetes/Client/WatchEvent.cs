using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Client;

public enum WatchEventType : byte
{
    /// <summary>Added or modified: the difference is of no use to anyone who holds a table.</summary>
    Set,
    Deleted,

    /// <summary>Nothing happened up to this version.</summary>
    Bookmark,

    /// <summary>Set, but the object cannot be decoded.</summary>
    Undecodable,
}

/// <summary>One event of a watch.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Key">To whom; empty in a bookmark.</param>
/// <param name="ResourceVersion">The version to continue from after this event.</param>
/// <param name="Object">The object as it is now; only for <see cref="WatchEventType.Set"/>.</param>
/// <param name="Problem">Only for <see cref="WatchEventType.Undecodable"/>.</param>
public readonly record struct WatchEvent<T>(
    WatchEventType Type, NamespacedName Key, string ResourceVersion, T? Object = null, DecodeProblem? Problem = null)
    where T : KubernetesObject;
