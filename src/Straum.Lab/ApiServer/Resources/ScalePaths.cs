namespace Straum.Lab.ApiServer.Resources;

/// <summary>Where a kind keeps what its scale subresource shows.</summary>
/// <param name="SpecReplicas">Path of the wanted count, e.g. <c>spec, replicas</c>.</param>
/// <param name="StatusReplicas">Path of the observed count.</param>
/// <param name="Selector">Path of a LabelSelector or of its text form; null when the kind has none.</param>
internal sealed record ScalePaths(string[] SpecReplicas, string[] StatusReplicas, string[]? Selector)
{
    public static readonly ScalePaths Workload = new(["spec", "replicas"], ["status", "replicas"], ["spec", "selector"]);
}
