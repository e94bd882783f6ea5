using System.Globalization;
using System.Text.Json.Nodes;
using Straum.Kubernetes.Client;
using Straum.Lab.Pods.Manifest;

namespace Straum.Lab.Pods;

/// <summary><see cref="IPodApi"/> over the real API.</summary>
/// <param name="client">The API server.</param>
/// <param name="node">Named as the source of Events.</param>
/// <param name="log">The supervisor's log.</param>
internal sealed class PodApi(KubernetesClient client, string node, Action<string> log) : IPodApi
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

    public async Task ReportAsync(PodManifest pod, string type, string reason, string message)
    {
        var now = DateTimeOffset.UtcNow.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var @event = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["generateName"] = pod.Name + ".", ["namespace"] = pod.Namespace },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Pod",
                ["namespace"] = pod.Namespace,
                ["name"] = pod.Name,
                ["uid"] = pod.Uid,
            },
            ["type"] = type,
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = new JsonObject { ["component"] = "straum-lab", ["host"] = node },
            ["firstTimestamp"] = now,
            ["lastTimestamp"] = now,
            ["count"] = 1,
        };
        try
        {
            await client.CreateAsync(EventKind.Events, pod.Namespace, @event, CancellationToken.None);
        }
        catch (KubernetesException e)
        {
            log($"{pod}: event {reason} not written: {e.Message}");
        }
    }
}
