using System.Net;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Dns;

/// <summary>Lookups as pods make them: from their namespaces, at the cluster's DNS Service.</summary>
internal sealed class PodLookups : Check
{
    private const int MostPods = 8;

    public override string Id => "ST-DN-002";

    public override string Title => "pods get answers from the cluster's DNS";

    public override CheckGroup Group => CheckGroup.Dns;

    public override Explanation Explanation { get; } = new(
        Why: "Most incidents look like DNS because everything begins with a lookup. This one takes the pod's way: out of its namespace, through the Service's translation, to a CoreDNS pod and back.",
        Threshold: Lookups.Threshold + "; an answer has the address of kubernetes.default in the cluster's domain",
        Source: "asked over UDP from the pod's network namespace; a lost question costs 5 s (KEP-1024)",
        Fix: "kubectl -n kube-system get pods,endpointslices -l k8s-app=kube-dns -o wide; straum drops");

    public override bool BeforeInstall => false;

    public override TimeSpan Limit => TimeSpan.FromSeconds(25);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.Pods.Count == 0)
        {
            return [Finding.Skip("no pods on this node")];
        }
        var resolvers = PodResolvers.Of(host);
        var name = "kubernetes.default." + (resolvers.SelectMany(static r => r.Config.Search).FirstOrDefault(static s => s.StartsWith("svc.", StringComparison.Ordinal)) ?? "svc.cluster.local");
        var ways = host.Options.ClusterDns is { } given
            ? host.Pods.Select(p => (p.Network, p.Name, Server: given)).ToList()
            : [.. resolvers.SelectMany(static r => r.Config.Servers.Take(1).Select(s => (r.Pod.Network, r.Pod.Name, Server: s)))];
        return ways.Count == 0
            ? [PodResolvers.Nothing(host, "straum doctor --dns ADDRESS   # of the Service kube-dns")]
            : await Task.WhenAll(ways.Take(MostPods).Select(w => Lookups.MeasureAsync(w.Network, w.Server, name, exists: true, $"{w.Name} at {w.Server}", stop))).ConfigureAwait(false);
    }
}
