using System.Net;
using Straum.Lab.Pods.Manifest;

namespace Straum.Lab.Pods.Containers;

/// <summary>What a container runs: its argument vector and all of its environment, with every reference resolved.</summary>
/// <param name="Arguments">The program first; empty when neither command nor args are given.</param>
/// <param name="Environment">All variables; nothing is inherited from the lab.</param>
public sealed record ContainerCommand(IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <param name="pod">The pod.</param>
    /// <param name="container">One of its containers.</param>
    /// <param name="hostIPs">The node's addresses.</param>
    /// <param name="podIPs">The pod's addresses.</param>
    /// <param name="path">PATH, unless the container sets its own.</param>
    public static ContainerCommand Resolve(
        PodManifest pod, ContainerManifest container, IReadOnlyList<IPAddress> hostIPs, IReadOnlyList<IPAddress> podIPs, string path)
    {
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = path,
            ["HOME"] = "/root",
            ["HOSTNAME"] = pod.Name,
            ["KUBERNETES_SERVICE_HOST"] = Topology.LabTopology.ApiService.ToString(),
            ["KUBERNETES_SERVICE_PORT"] = "443",
        };
        foreach (var variable in container.Environment)
        {
            variables[variable.Name] = variable.Field is { } field
                ? FieldOf(field, pod, hostIPs, podIPs)
                : VariableExpansion.Expand(variable.Value, variables);
        }
        return new ContainerCommand(
            [.. container.Command.Concat(container.Arguments).Select(a => VariableExpansion.Expand(a, variables))], variables);
    }

    // The downward API. The API server does not check field paths, so an unknown one is an empty variable.
    private static string FieldOf(string path, PodManifest pod, IReadOnlyList<IPAddress> hostIPs, IReadOnlyList<IPAddress> podIPs) => path switch
    {
        "metadata.name" => pod.Name,
        "metadata.namespace" => pod.Namespace,
        "metadata.uid" => pod.Uid,
        "spec.nodeName" => pod.NodeName,
        "spec.serviceAccountName" => pod.ServiceAccount,
        "status.hostIP" => hostIPs.Count > 0 ? hostIPs[0].ToString() : "",
        "status.hostIPs" => string.Join(',', hostIPs),
        "status.podIP" => podIPs.Count > 0 ? podIPs[0].ToString() : "",
        "status.podIPs" => string.Join(',', podIPs),
        _ when Subscript(path, "metadata.labels") is { } label => pod.Labels[label] ?? "",
        _ when Subscript(path, "metadata.annotations") is { } annotation => pod.AllAnnotations.GetValueOrDefault(annotation, ""),
        _ => "",
    };

    // metadata.labels['key'] → key
    private static string? Subscript(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(map.Length + 2)..^2] : null;
}
