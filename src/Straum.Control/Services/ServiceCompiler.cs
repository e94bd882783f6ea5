using System.Collections.Immutable;
using System.Runtime.InteropServices;
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
    private readonly AddressClaims _claims = new();

    /// <summary>In the order of their names.</summary>
    private List<CompiledService> _compiled = [];

    private Snapshot _snapshot = Snapshot.Empty;
    private NodeFacts? _facts;
    private ServicePlan _plan = ServicePlan.Empty;

    /// <summary>The plan for this snapshot; the last one again when nothing in it changed.</summary>
    public ServicePlan Compile(Snapshot snapshot, NodeFacts facts)
    {
        var updates = new List<Update>();
        foreach (var key in Changed(snapshot, facts))
        {
            if (TryUpdate(key, snapshot.Services.Find(key), snapshot.SlicesByService.Find(key), facts) is { } update)
            {
                updates.Add(update);
            }
        }
        (_snapshot, _facts) = (snapshot, facts);
        if (updates.Count > 0)
        {
            _compiled = Merged(updates);
            _plan = Assemble();
        }
        return _plan;
    }

    private HashSet<NamespacedName> Changed(Snapshot snapshot, NodeFacts facts)
    {
        if (!facts.Equals(_facts))
        {
            return [.. _compiled.Select(c => c.Service.Key), .. snapshot.Services.Select(s => s.Key)];
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

    /// <summary>Compiles one Service; null when that changed nothing.</summary>
    private Update? TryUpdate(NamespacedName key, Service? service, ServiceSlices? slices, NodeFacts facts)
    {
        var at = Search(key);
        var before = at < 0 ? null : _compiled[at];
        var after = service is null ? null : FrontendTable.Compile(service, slices?.Slices ?? [], facts);
        if (before is not null && after is not null)
        {
            after = after with { Frontends = Shared(before.Frontends, after.Frontends) };
        }
        if (before is null && after is null)
        {
            return null;
        }
        if (before is not null && after is not null && after.Frontends == before.Frontends
            && after.Problems.SequenceEqual(before.Problems) && after.Service.Meta.CreatedAt == before.Service.Meta.CreatedAt)
        {
            return null;
        }
        if (before is not null)
        {
            _claims.Remove(before);
        }
        if (after is not null)
        {
            _claims.Add(after);
        }
        return new(key, after);
    }

    private int Search(NamespacedName key, int from = 0)
    {
        var (low, high) = (from, _compiled.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = _compiled[middle].Service.Key.CompareTo(key);
            if (order == 0)
            {
                return middle;
            }
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return ~low;
    }

    /// <summary>The compiled Services with the updates in their places: what lies between is copied in runs.</summary>
    private List<CompiledService> Merged(List<Update> updates)
    {
        updates.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        var merged = new List<CompiledService>(_compiled.Count + updates.Count);
        var from = 0;
        foreach (var (key, after) in updates)
        {
            var found = Search(key, from);
            var at = found < 0 ? ~found : found;
            merged.AddRange(CollectionsMarshal.AsSpan(_compiled)[from..at]);
            if (after is not null)
            {
                merged.Add(after);
            }
            from = found < 0 ? at : at + 1;
        }
        merged.AddRange(CollectionsMarshal.AsSpan(_compiled)[from..]);
        return merged;
    }

    /// <summary>The new frontends, with the old instance for each that is equal; the old array when all are.</summary>
    private static ImmutableArray<FrontendSpec> Shared(ImmutableArray<FrontendSpec> before, ImmutableArray<FrontendSpec> after)
    {
        if (before is [var one] && after is [var other])
        {
            return one.Equals(other) ? before : after;
        }
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
        var count = 0;
        foreach (var service in _compiled)
        {
            count += service.Frontends.Length;
        }
        var frontends = new List<FrontendSpec>(count);
        var problems = new List<Problem>();
        foreach (var service in _compiled)
        {
            if (!service.Problems.IsEmpty)
            {
                problems.AddRange(service.Problems);
            }
            if (lost.Count > 0 && lost.TryGetValue(service.Service.Key, out var claims))
            {
                AddUncontested(service, claims, frontends, problems);
            }
            else
            {
                frontends.AddRange(service.Frontends.AsSpan());
            }
        }
        return new ServicePlan([.. CollectionsMarshal.AsSpan(frontends)], [.. problems.OrderBy(p => p.Object)]);
    }

    private static void AddUncontested(
        CompiledService service, Dictionary<Claim, FrontendSpec> lost, List<FrontendSpec> frontends, List<Problem> problems)
    {
        // Both scopes of an address are lost together, and told of once.
        var told = new HashSet<Claim>();
        foreach (var frontend in service.Frontends)
        {
            if (!lost.TryGetValue(Claim.Of(frontend), out var winner))
            {
                frontends.Add(frontend);
            }
            else if (told.Add(Claim.Of(frontend)))
            {
                problems.Add(AddressClaims.Conflict(frontend, winner));
            }
        }
    }

    /// <summary>What a Service compiles to from now on; null when it has no frontends any more.</summary>
    private readonly record struct Update(NamespacedName Key, CompiledService? After);
}
