using System.Text.Json.Nodes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Events;
using Straum.Lab.Pods.Manifest;

namespace Straum.Lab.Pods;

/// <summary><see cref="IPodApi"/> over the real API.</summary>
/// <param name="client">The API server.</param>
/// <param name="events">Writes the Events.</param>
/// <param name="log">The supervisor's log.</param>
internal sealed class PodApi(KubernetesClient client, EventRecorder events, Action<string> log) : IPodApi
{
    public async Task PatchStatusAsync(PodManifest pod, JsonObject status, CancellationToken stop)
    {
        try
        {
            // The uid makes it this pod's status and not that of a namesake which took its place meanwhile: a mismatch is a conflict.
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = pod.Uid }, ["status"] = status };
            await client.PatchStatusAsync(PodManifest.Kind, pod.Key, patch, stop);
        }
        catch (KubernetesException e) when (e.IsNotFound || e.IsConflict)
        {
            log($"{pod}: status not written: {e.Message}");
        }
    }

    public async Task DeleteAsync(PodManifest pod, CancellationToken stop)
    {
        try
        {
            var options = new JsonObject { ["gracePeriodSeconds"] = 0, ["preconditions"] = new JsonObject { ["uid"] = pod.Uid } };
            await client.DeleteAsync(PodManifest.Kind, pod.Key, stop, options);
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
            // A namesake: ours is gone.
        }
    }

    public void Report(PodManifest pod, EventSeverity severity, string reason, string message) =>
        events.Record(new ObjectEvent(EventSubject.Of(PodManifest.Kind, pod), severity, reason, message));
}
