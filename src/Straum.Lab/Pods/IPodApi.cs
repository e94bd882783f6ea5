using System.Text.Json.Nodes;
using Straum.Lab.Pods.Manifest;

namespace Straum.Lab.Pods;

/// <summary>What a pod worker says to the API server. Every method tries once; <see cref="Straum.Kubernetes.Client.KubernetesException"/> means to try again later.</summary>
internal interface IPodApi
{
    /// <summary>Writes the status; does nothing when the pod is gone.</summary>
    Task PatchStatusAsync(PodManifest pod, JsonObject status, CancellationToken stop);

    /// <summary>The last word of a deletion: removes the object without grace; does nothing when it is gone.</summary>
    Task DeleteAsync(PodManifest pod, CancellationToken stop);

    /// <summary>Writes an Event about the pod. Never fails: an Event that cannot be written is lost.</summary>
    Task ReportAsync(PodManifest pod, string type, string reason, string message);
}
