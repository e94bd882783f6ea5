using System.Text.Json.Nodes;
using Straum.Kubernetes.Events;
using Straum.Lab.Pods.Manifest;

namespace Straum.Lab.Pods;

/// <summary>What a pod worker says to the API server. Writes are tried once; <see cref="Straum.Kubernetes.Client.KubernetesException"/> means to try again later.</summary>
internal interface IPodApi
{
    /// <summary>Writes the status; does nothing when the pod is gone.</summary>
    Task PatchStatusAsync(PodManifest pod, JsonObject status, CancellationToken stop);

    /// <summary>The last word of a deletion: removes the object without grace; does nothing when it is gone.</summary>
    Task DeleteAsync(PodManifest pod, CancellationToken stop);

    /// <summary>Records an Event about the pod. Never waits and never fails.</summary>
    void Report(PodManifest pod, EventSeverity severity, string reason, string message);
}
