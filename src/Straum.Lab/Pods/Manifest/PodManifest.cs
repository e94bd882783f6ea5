using System.Text.Json;
using Straum.Kubernetes;
using Straum.Kubernetes.Objects;

namespace Straum.Lab.Pods.Manifest;

/// <summary>
/// The part of a Pod that a kubelet acts on. Fields that the lab does not honour (volumes, resources, security contexts,
/// images: a container is a host command) are not kept; docs/guide/lab.md lists them.
/// </summary>
public sealed record PodManifest : KubernetesObject
{
    /// <summary>Pods as the lab's nodes read them.</summary>
    public static ResourceKind<PodManifest> Kind { get; } =
        new() { Group = "", Version = "v1", Plural = "pods", Kind = "Pod", Namespaced = true, Decode = Decode };

    /// <summary>spec.nodeName; empty until scheduled.</summary>
    public required string NodeName { get; init; }

    /// <summary>Runs in the node's own network namespace and has no CNI attachment.</summary>
    public bool HostNetwork { get; init; }

    public RestartPolicy RestartPolicy { get; init; }

    public string ServiceAccount { get; init; } = "default";

    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>metadata.deletionTimestamp is set: the pod is to be stopped and then removed.</summary>
    public bool Terminating { get; init; }

    /// <summary>Every annotation, for the downward API; <see cref="ObjectMeta.Annotations"/> holds only known ones.</summary>
    public IReadOnlyDictionary<string, string> AllAnnotations { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<ContainerManifest> InitContainers { get; init; } = [];

    public IReadOnlyList<ContainerManifest> Containers { get; init; } = [];

    /// <summary>Names that the pod itself ends: the phase is Succeeded or Failed.</summary>
    public bool Finished { get; init; }

    /// <summary>When the PodScheduled condition became True; null before.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    public override string ToString() => $"{Namespace}/{Name}";

    /// <param name="pod">A core/v1 Pod as the API server sent it, which has validated and defaulted it.</param>
    public static PodManifest Read(JsonElement pod)
    {
        var meta = pod.GetProperty("metadata");
        var spec = pod.GetProperty("spec");
        return new PodManifest
        {
            Meta = new ObjectMeta
            {
                Namespace = meta.Text("namespace") ?? "default",
                Name = meta.Text("name") ?? "",
                Uid = meta.Text("uid") ?? "",
                ResourceVersion = meta.Text("resourceVersion") ?? "",
                Labels = new LabelSet(meta.Texts("labels")),
            },
            NodeName = spec.Text("nodeName") ?? "",
            HostNetwork = spec.Flag("hostNetwork"),
            RestartPolicy = Enum.TryParse<RestartPolicy>(spec.Text("restartPolicy"), out var policy) ? policy : RestartPolicy.Always,
            ServiceAccount = spec.Text("serviceAccountName") ?? "default",
            // A delete may shorten (or lengthen) what the spec asks for.
            GracePeriod = TimeSpan.FromSeconds(meta.Number("deletionGracePeriodSeconds") ?? spec.Number("terminationGracePeriodSeconds") ?? 30),
            Terminating = meta.Text("deletionTimestamp") is not null,
            AllAnnotations = meta.Texts("annotations"),
            InitContainers = [.. spec.Items("initContainers").Select(ContainerManifest.Read)],
            Containers = [.. spec.Items("containers").Select(ContainerManifest.Read)],
            Finished = pod.Part("status")?.Text("phase") is "Succeeded" or "Failed",
            ScheduledAt = ScheduledIn(pod),
        };
    }

    // A pod is looked at in many places below, so it is read into a document first; a lab has dozens of them, not thousands.
    private static PodManifest Decode(ref Utf8JsonReader json) => Read(JsonElement.ParseValue(ref json));

    private static DateTimeOffset? ScheduledIn(JsonElement pod)
    {
        foreach (var condition in pod.Part("status")?.Items("conditions") ?? [])
        {
            if (condition.Text("type") is "PodScheduled" && condition.Text("status") is "True")
            {
                return DateTimeOffset.TryParse(condition.Text("lastTransitionTime"), out var at) ? at : DateTimeOffset.UnixEpoch;
            }
        }
        return null;
    }
}

/// <summary>spec.restartPolicy.</summary>
public enum RestartPolicy
{
    Always,
    OnFailure,
    Never,
}
