using System.Collections.Immutable;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Control.Services;

/// <summary>
/// Turns snapshots into the frontends of this node. The result depends on the snapshot and the facts alone; what
/// is kept in between only saves work: a Service whose object and slices are the same instances is not looked at
/// again, and whatever comes out equal keeps its instance. Not thread-safe: one loop owns it.
/// </summary>
/// <remarks>
/// One pass: (1) find the Services that changed, (2) compile those, (3) settle addresses that several claim,
/// (4) put all together in order.
/// </remarks>
public sealed class ServiceCompiler
{
    private readonly SortedDictionary<NamespacedName, CompiledService> _compiled = [];
    private readonly AddressClaims _claims = new();
    private Snapshot _snapshot = Snapshot.Empty;
    private NodeFacts? _facts;
    private ServicePlan _plan = ServicePlan.Empty;

    /// <summary>The plan for this snapshot; the last one again when nothing in it changed.</summary>
    public ServicePlan Compile(Snapshot snapshot, NodeFacts facts)
    {
        var changed = false;
        foreach (var key in Changed(snapshot, facts))
        {
            changed |= Update(key, snapshot.Services.Find(key), snapshot.SlicesByService.Find(key), facts);
        }
        (_snapshot, _facts) = (snapshot, facts);
        return _plan = changed ? Assemble() : _plan;
    }

    private HashSet<NamespacedName> Changed(Snapshot snapshot, NodeFacts facts)
    {
        if (!facts.Equals(_facts))
        {
            return [.. _compiled.Keys, .. snapshot.Services.Select(s => s.Key)];
        }
        var keys = new HashSet<NamespacedName>();
        foreach (var (before, after) in snapshot.Services.ChangesSince(_snapshot.Services))
        {
            keys.Add((after ?? before)!.Key);
        }
        foreach (var (before, after) in snapshot.SlicesByService.ChangesSince(_snapshot.SlicesByService))
        {
            keys.Add((after ?? before)!.Key);
        }
        return keys;
    }

    /// <summary>Compiles one Service; false when that changed nothing.</summary>
    private bool Update(NamespacedName key, Service? service, ServiceSlices? slices, NodeFacts facts)
    {
        var after = service is null ? null : FrontendTable.Compile(service, slices?.Slices ?? [], facts);
        if (_compiled.TryGetValue(key, out var before))
        {
            after = after is null ? null : after with { Frontends = Shared(before.Frontends, after.Frontends) };
            if (after is not null && after.Frontends == before.Frontends && after.Problems.SequenceEqual(before.Problems)
                && after.Service.Meta.CreatedAt == before.Service.Meta.CreatedAt)
            {
                return false;
            }
            _claims.Remove(before);
            _compiled.Remove(key);
        }
        if (after is not null)
        {
            _claims.Add(after);
            _compiled.Add(key, after);
        }
        return before is not null || after is not null;
    }

    /// <summary>The new frontends, with the old instance for each that is equal; the old array when all are.</summary>
    private static ImmutableArray<FrontendSpec> Shared(ImmutableArray<FrontendSpec> before, ImmutableArray<FrontendSpec> after)
    {
        var old = new Dictionary<(Claim, FrontendScope), FrontendSpec>();
        foreach (var frontend in before)
        {
            old.Add((Claim.Of(frontend), frontend.Scope), frontend);
        }
        var shared = after.Select(f => old.TryGetValue((Claim.Of(f), f.Scope), out var known) && known.Equals(f) ? known : f).ToImmutableArray();
        return shared.AsSpan().SequenceEqual(before.AsSpan(), ReferenceEqualityComparer.Instance) ? before : shared;
    }

    private ServicePlan Assemble()
    {
        var lost = _claims.Lost();
        var frontends = ImmutableArray.CreateBuilder<FrontendSpec>(_compiled.Values.Sum(c => c.Frontends.Length));
        var problems = ImmutableArray.CreateBuilder<Problem>();
        foreach (var (key, service) in _compiled)
        {
            problems.AddRange(service.Problems);
            if (!lost.TryGetValue(key, out var claims))
            {
                frontends.AddRange(service.Frontends);
                continue;
            }
            var told = new HashSet<Claim>();
            foreach (var frontend in service.Frontends)
            {
                if (!claims.TryGetValue(Claim.Of(frontend), out var winner))
                {
                    frontends.Add(frontend);
                }
                else if (told.Add(Claim.Of(frontend)))
                {
                    problems.Add(AddressClaims.Conflict(frontend, winner));
                }
            }
        }
        return new ServicePlan(frontends.DrainToImmutable(), [.. problems.OrderBy(p => p.Object)]);
    }
}
