using System.Net;
using Straum.Control.Services;

namespace Straum.Control.Scenarios;

/// <summary>
/// Frontends as scenarios write them:
/// <c>shop/web:http ClusterIP 10.96.0.7:80/tcp affinity=60s -> 10.244.1.2:8080 10.244.2.2:8080</c>
/// with "external" or "internal" for a scope, "local-only", "from=" source ranges, and "reject" or "drop" where
/// there is no backend.
/// </summary>
internal static class PlanText
{
    public static IReadOnlyList<string> Lines(ServicePlan plan) => [.. plan.Frontends.Select(Line)];

    private static string Line(FrontendSpec frontend)
    {
        var words = new List<string>
        {
            frontend.PortName.Length > 0 ? $"{frontend.ServiceName}:{frontend.PortName}" : $"{frontend.ServiceName}",
            $"{frontend.Kind}",
            $"{new IPEndPoint(frontend.Address, frontend.Port)}/{frontend.Protocol.ToString().ToLowerInvariant()}",
        };
        if (frontend.Scope != FrontendScope.Any)
        {
            words.Add(frontend.Scope.ToString().ToLowerInvariant());
        }
        if (frontend.Flags.HasFlag(FrontendFlags.LocalOnly))
        {
            words.Add("local-only");
        }
        if (frontend.Flags.HasFlag(FrontendFlags.Affinity))
        {
            words.Add($"affinity={frontend.AffinityTimeout.TotalSeconds}s");
        }
        if (!frontend.SourceRanges.IsEmpty)
        {
            words.Add($"from={string.Join(',', frontend.SourceRanges)}");
        }
        words.Add("->");
        words.AddRange(frontend.Backends.Select(b => $"{new IPEndPoint(b.Address, b.Port)}"));
        if (frontend.Backends.IsEmpty)
        {
            words.Add(frontend.WhenEmpty.ToString().ToLowerInvariant());
        }
        return string.Join(' ', words);
    }
}
