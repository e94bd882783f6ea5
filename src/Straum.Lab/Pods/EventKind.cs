using System.Text.Json;
using Straum.Kubernetes;
using Straum.Kubernetes.Objects;

namespace Straum.Lab.Pods;

/// <summary>core/v1 Events, which the lab writes and never reads.</summary>
internal sealed record EventKind : KubernetesObject
{
    public static ResourceKind<EventKind> Events { get; } =
        new() { Group = "", Version = "v1", Plural = "events", Kind = "Event", Namespaced = true, Decode = Decode };

    private static EventKind Decode(ref Utf8JsonReader json)
    {
        json.Skip();
        return new EventKind { Meta = new ObjectMeta() };
    }
}
