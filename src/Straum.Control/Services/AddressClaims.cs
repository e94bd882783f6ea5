using System.Net;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Services;

/// <summary>
/// Who claims which address, port and protocol. Where two Services claim the same, a ClusterIP wins over any
/// other kind, because the API server allocated it and an externalIP is only what someone wrote; then the older
/// Service wins, and of the same age the one whose name comes first.
/// </summary>
internal sealed class AddressClaims
{
    /// <summary>Nearly every key has one claimant, which then needs no list.</summary>
    private readonly Dictionary<Claim, CompiledService> _single = [];
    private readonly Dictionary<Claim, List<CompiledService>> _contested = [];

    public void Add(CompiledService service)
    {
        foreach (var claim in ClaimsOf(service))
        {
            if (_contested.TryGetValue(claim, out var claimants))
            {
                claimants.Add(service);
            }
            else if (!_single.TryAdd(claim, service))
            {
                _contested.Add(claim, [_single[claim], service]);
                _single.Remove(claim);
            }
        }
    }

    public void Remove(CompiledService service)
    {
        foreach (var claim in ClaimsOf(service))
        {
            if (!_contested.TryGetValue(claim, out var claimants))
            {
                _single.Remove(claim);
                continue;
            }
            claimants.Remove(service);
            if (claimants is [var last])
            {
                _contested.Remove(claim);
                _single.Add(claim, last);
            }
        }
    }

    /// <summary>The claims that Services have lost, by the loser's name, each with the winner.</summary>
    public Dictionary<NamespacedName, Dictionary<Claim, FrontendSpec>> Lost()
    {
        var lost = new Dictionary<NamespacedName, Dictionary<Claim, FrontendSpec>>();
        foreach (var (claim, claimants) in _contested)
        {
            var ranked = claimants
                .Select(s => (Service: s, Frontend: s.Frontends.First(f => Claim.Of(f) == claim)))
                .OrderBy(c => c.Frontend.Kind == FrontendKind.ClusterIP ? 0 : 1)
                .ThenBy(c => c.Service.Service.Meta.CreatedAt).ThenBy(c => c.Service.Service.Key)
                .ToArray();
            foreach (var (loser, _) in ranked[1..])
            {
                if (!lost.TryGetValue(loser.Service.Key, out var claims))
                {
                    lost.Add(loser.Service.Key, claims = []);
                }
                claims.Add(claim, ranked[0].Frontend);
            }
        }
        return lost;
    }

    /// <summary>The problem of a frontend that another Service keeps it from.</summary>
    public static Problem Conflict(FrontendSpec loser, FrontendSpec winner) => new()
    {
        Severity = Severity.Error,
        Object = new ObjectName("Service", loser.ServiceName),
        Field = loser.Kind switch
        {
            FrontendKind.ClusterIP => "spec.clusterIPs",
            FrontendKind.NodePort => "spec.ports",
            FrontendKind.ExternalIP => "spec.externalIPs",
            _ => "status.loadBalancer.ingress",
        },
        Message = $"{new IPEndPoint(loser.Address, loser.Port)} ({loser.Protocol}) is claimed by Service {winner.ServiceName} "
            + $"as its {winner.Kind} and by Service {loser.ServiceName} as its {loser.Kind}; {winner.ServiceName} has it.",
        Fix = "Give one of the two Services another address or port.",
    };

    /// <summary>Scopes of one frontend belong together, so they are claimed together.</summary>
    private static IEnumerable<Claim> ClaimsOf(CompiledService service) => service.Frontends switch
    {
        [var only] => [Claim.Of(only)],
        var several => several.Select(Claim.Of).Distinct(),
    };
}
