using Straum.Agent.Cni;
using Straum.Agent.LocalApi.Reports;

namespace Straum.Agent.Daemon.Reporting;

/// <summary>The pods that CNI knows, and whether the kernel knows them too.</summary>
internal static class PodReporter
{
    public static PodsReport Read(string node, PodRegistry registry, IPodDatapath datapath, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return new PodsReport(node,
        [
            .. registry.Pods.Select(pod => new PodReport(
                pod.Identity == PodIdentity.None ? "" : pod.Identity.ToString(), pod.Owner.ContainerId, [.. pod.Addresses.Select(a => a.ToString())],
                pod.HostInterface, pod.State.ToString().ToLowerInvariant(), datapath.Contains(pod.Endpoint), (now - pod.Since).TotalSeconds,
                pod.NetworkNamespace))
                .OrderBy(p => p.Pod, StringComparer.Ordinal),
        ]);
    }
}
