using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Workloads;

/// <summary>
/// What of a pod's spec the lab takes and does not honour, in a Pod and in the templates of which pods are made: volumes.
/// Pods are processes on the host's file system, so the one volume that they have is a host path at its own place.
/// </summary>
internal static class PodSpecWarnings
{
    /// <param name="path">Where the spec stands: <c>spec</c> or <c>spec.template.spec</c>.</param>
    public static IEnumerable<string> Of(JsonObject spec, string path)
    {
        var mounts = spec.Objects("initContainers").Concat(spec.Objects("containers")).SelectMany(container => container.Objects("volumeMounts")).ToList();
        foreach (var (index, volume) in spec.Objects("volumes").Index())
        {
            var source = volume.Select(field => field.Key).FirstOrDefault(field => field != "name");
            if (!IsThere(volume, mounts.Where(mount => mount.Text("name") == volume.Text("name"))))
            {
                yield return $"{path}.volumes[{index}]{(source is null ? "" : "." + source)}: the lab's pods get no volumes, they see the host's file system as it is";
            }
        }
    }

    // Whoever looks there finds it: nothing has to be mounted, and nothing made.
    private static bool IsThere(JsonObject volume, IEnumerable<JsonObject> mounts) =>
        volume.Object("hostPath") is { } host
        && host.Text("type") is null or "" or "Directory" or "File" or "Socket" or "CharDevice" or "BlockDevice"
        && mounts.All(mount => mount.Text("mountPath") == host.Text("path")
            && string.IsNullOrEmpty(mount.Text("subPath")) && string.IsNullOrEmpty(mount.Text("subPathExpr")));
}
