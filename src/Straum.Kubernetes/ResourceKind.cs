using System.Text.Json;
using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes;

/// <summary>
/// Reads one object. The reader is inside the object (its StartObject token is read) and is left on its
/// EndObject token.
/// </summary>
public delegate T ObjectDecoder<out T>(ref Utf8JsonReader json)
    where T : KubernetesObject;

/// <summary>A kind that the API server serves: where it is found and how it is decoded.</summary>
public sealed record ResourceKind<T>
    where T : KubernetesObject
{
    /// <summary>The API group; empty for the core group.</summary>
    public required string Group { get; init; }

    public required string Version { get; init; }

    /// <summary>The lower-case plural of the path, as in "endpointslices".</summary>
    public required string Plural { get; init; }

    /// <summary>The kind as objects name it, as in "EndpointSlice".</summary>
    public required string Kind { get; init; }

    public bool Namespaced { get; init; }

    public required ObjectDecoder<T> Decode { get; init; }

    /// <summary>apiVersion as objects name it: "v1" or "discovery.k8s.io/v1".</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The path of the collection; of one namespace unless <paramref name="inNamespace"/> is empty.</summary>
    public string CollectionPath(string inNamespace = "")
    {
        var root = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        return Namespaced && inNamespace.Length > 0
            ? $"{root}/namespaces/{Uri.EscapeDataString(inNamespace)}/{Plural}"
            : $"{root}/{Plural}";
    }

    /// <summary>The path of one object.</summary>
    public string ObjectPath(NamespacedName key) =>
        $"{CollectionPath(key.Namespace)}/{Uri.EscapeDataString(key.Name)}";
}

/// <summary>The kinds we read.</summary>
/// <remarks>
/// How to add a kind: its record in Objects/, its decoder in Decoding/, a line here, and, if consumers see it
/// change, a table in Snapshots/Snapshot.cs.
/// </remarks>
public static class Kinds
{
    public static ResourceKind<Node> Nodes { get; } =
        new() { Group = "", Version = "v1", Plural = "nodes", Kind = "Node", Decode = NodeDecoder.Decode };

    public static ResourceKind<Namespace> Namespaces { get; } =
        new() { Group = "", Version = "v1", Plural = "namespaces", Kind = "Namespace", Decode = NamespaceDecoder.Decode };

    public static ResourceKind<Service> Services { get; } =
        new() { Group = "", Version = "v1", Plural = "services", Kind = "Service", Namespaced = true, Decode = ServiceDecoder.Decode };

    public static ResourceKind<Pod> Pods { get; } =
        new() { Group = "", Version = "v1", Plural = "pods", Kind = "Pod", Namespaced = true, Decode = PodDecoder.Decode };

    public static ResourceKind<Event> Events { get; } =
        new() { Group = "", Version = "v1", Plural = "events", Kind = "Event", Namespaced = true, Decode = EventDecoder.Decode };

    public static ResourceKind<EndpointSlice> EndpointSlices { get; } = new()
    {
        Group = "discovery.k8s.io",
        Version = "v1",
        Plural = "endpointslices",
        Kind = "EndpointSlice",
        Namespaced = true,
        Decode = EndpointSliceDecoder.Decode,
    };

    public static ResourceKind<Lease> Leases { get; } = new()
    {
        Group = "coordination.k8s.io",
        Version = "v1",
        Plural = "leases",
        Kind = "Lease",
        Namespaced = true,
        Decode = LeaseDecoder.Decode,
    };
}
