using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>Giving a pod its node.</summary>
internal static class PodBinding
{
    /// <summary>
    /// Sets <c>spec.nodeName</c> and the PodScheduled condition in one write. Conflict when the pod has a node already
    /// or is being deleted.
    /// </summary>
    public static Task<StoredObject> BindAsync(ObjectWriter writer, ApiResource pods, string ns, string name, string node, DateTimeOffset now) =>
        writer.UpdateAsync(pods, ns, name, pod =>
        {
            if (pod.Text("metadata", "deletionTimestamp") is not null)
            {
                throw StatusException.Conflict("", "pods/binding", name, $"pod {name} is being deleted, cannot be assigned to a host");
            }
            if (pod.Text("spec", "nodeName") is { Length: > 0 } bound)
            {
                throw StatusException.Conflict("", "pods/binding", name, $"pod {name} is already assigned to node \"{bound}\"");
            }
            pod.Need("spec")["nodeName"] = node;
            var conditions = pod.Objects("status", "conditions").Where(c => c.Text("type") != "PodScheduled").Select(c => (JsonNode)c.DeepClone());
            pod.Need("status")["conditions"] = new JsonArray([.. conditions, new JsonObject
            {
                ["type"] = "PodScheduled",
                ["status"] = "True",
                ["lastProbeTime"] = null,
                ["lastTransitionTime"] = now.ToTimestamp(),
            }]);
            return pod;
        }, WriteScope.Binding);
}
