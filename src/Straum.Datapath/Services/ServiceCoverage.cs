using System.Collections.Immutable;
using Straum.Control.Problems;
using Straum.Control.Services;
using Straum.Kubernetes.Objects;

namespace Straum.Datapath.Services;

/// <summary>What a Service asks for and this version's datapath does not do; docs/limitations.md has the list.</summary>
internal static class ServiceCoverage
{
    /// <summary>The field that is not honoured, or null when all of the frontend is served.</summary>
    public static string? Missing(FrontendSpec frontend) => frontend.Kind switch
    {
        FrontendKind.NodePort => "nodePort",
        FrontendKind.ExternalIP => "externalIPs",
        FrontendKind.LoadBalancer => "loadBalancer",
        _ when frontend.Flags.HasFlag(FrontendFlags.Affinity) => "sessionAffinity",
        _ => null,
    };

    /// <summary>One problem for each Service and field, ordered by both.</summary>
    public static ImmutableArray<Problem> ProblemsOf(ImmutableArray<FrontendSpec> frontends)
    {
        var uncovered = new SortedSet<(NamespacedName Service, string Missing)>();
        foreach (var frontend in frontends)
        {
            if (Missing(frontend) is { } missing)
            {
                uncovered.Add((frontend.ServiceName, missing));
            }
        }
        return [.. uncovered.Select(u => ProblemOf(u.Service, u.Missing))];
    }

    private static Problem ProblemOf(NamespacedName service, string missing)
    {
        var (field, message, fix) = missing switch
        {
            "nodePort" => ("spec.ports[].nodePort", "Its node ports are allocated and not served by this version.", "Use the cluster IP from inside the cluster."),
            "externalIPs" => ("spec.externalIPs", "Its external addresses are not served by this version.", "Use the cluster IP from inside the cluster."),
            "loadBalancer" => ("status.loadBalancer", "Its load balancer addresses are not served by this version.", "Use the cluster IP from inside the cluster."),
            _ => ("spec.sessionAffinity", "A client's connections may go to different endpoints: affinity is not honoured by this version.", "Keep session state where every endpoint finds it."),
        };
        return new Problem
        {
            Severity = Severity.Notice,
            Object = new ObjectName("Service", service),
            Field = field,
            Message = message,
            Fix = fix,
        };
    }
}
