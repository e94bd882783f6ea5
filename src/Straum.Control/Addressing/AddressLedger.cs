using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Addressing;

/// <summary>
/// Which pod of this node holds which address. An address has one holder at a time, only its holder can give it back, and
/// it then rests for a while before another pod gets it: long enough for the rest of the cluster to have forgotten the
/// last one. Holds nothing on disk: <see cref="Leases"/> and <see cref="Quarantined"/> are what a successor needs.
/// Not safe for use from several threads.
/// </summary>
public sealed class AddressLedger
{
    public static readonly TimeSpan DefaultQuarantine = TimeSpan.FromSeconds(60);

    private readonly ObjectName _node;
    private readonly AddressQuarantine _quarantine;
    private readonly Dictionary<AddressOwner, AddressLease> _leases = [];
    private readonly Dictionary<IPAddress, int> _held = [];
    private List<AddressPool> _pools = [];

    /// <param name="node">The Node object, for problems to point at.</param>
    /// <param name="clock">Of the quarantine.</param>
    /// <param name="quarantine">How long a returned address rests.</param>
    public AddressLedger(ObjectName node, TimeProvider clock, TimeSpan quarantine)
    {
        _node = node;
        _quarantine = new AddressQuarantine(clock, quarantine);
    }

    public IReadOnlyCollection<AddressLease> Leases => _leases.Values;

    /// <summary>Ordered by their end.</summary>
    public IEnumerable<QuarantinedAddress> Quarantined => _quarantine.Members();

    /// <summary>In the order of the podCIDRs.</summary>
    public IReadOnlyList<AddressPoolState> Pools
    {
        get
        {
            LeaveQuarantine();
            return [.. _pools.Select(StateOf)];
        }
    }

    /// <summary>
    /// Sets the prefixes that new addresses come from. Leases outside of them stay valid until they are released; of two
    /// prefixes that overlap the first is used.
    /// </summary>
    /// <returns>What is wrong with the prefixes, or with leases that they no longer cover.</returns>
    public IReadOnlyList<Problem> SetPools(IEnumerable<IPNetwork> podCidrs)
    {
        var problems = new List<Problem>();
        var pools = new List<AddressPool>();
        foreach (var prefix in podCidrs)
        {
            if (pools.Find(p => p.Prefix.Contains(prefix.BaseAddress) || prefix.Contains(p.Prefix.BaseAddress)) is { } other)
            {
                problems.Add(Overlap(prefix, other.Prefix));
                continue;
            }
            // A pool that stays keeps its place in the round.
            pools.Add(_pools.Find(p => p.Prefix.Equals(prefix)) ?? Fill(new AddressPool(prefix)));
        }
        _pools = pools;
        if (Strays() is { Count: > 0 } strays)
        {
            problems.Add(Stray(strays));
        }
        return problems;
    }

    /// <summary>
    /// Puts back what a predecessor held, before anything else is done. Two leases that name one address both hold it: it is
    /// free when both are released. Quarantined addresses come in the order of their ends.
    /// </summary>
    public void Restore(IEnumerable<AddressLease> leases, IEnumerable<QuarantinedAddress> quarantined)
    {
        foreach (var lease in leases)
        {
            if (_leases.TryAdd(lease.Owner, lease))
            {
                Hold(lease);
            }
        }
        foreach (var member in quarantined)
        {
            if (_held.ContainsKey(member.Address))
            {
                continue;
            }
            _quarantine.Restore(member);
            if (_quarantine.Contains(member.Address))
            {
                PoolOf(member.Address)?.TryTake(member.Address);
            }
        }
    }

    /// <summary>
    /// Leases one address of each family that the node has. All or nothing: a pod that is to have two addresses never gets
    /// one. An owner that has a lease gets the same again.
    /// </summary>
    public bool TryLease(AddressOwner owner, [NotNullWhen(true)] out AddressLease? lease, [NotNullWhen(false)] out Problem? problem)
    {
        problem = null;
        if (_leases.TryGetValue(owner, out lease))
        {
            return true;
        }
        LeaveQuarantine();
        if (_pools.Count == 0)
        {
            problem = NoPools();
            return false;
        }
        var addresses = new List<IPAddress>(2);
        foreach (var family in _pools.Select(FamilyOf).Distinct())
        {
            if (!TryFind(family, out var address))
            {
                problem = Exhausted(family);
                return false;
            }
            addresses.Add(address);
        }
        lease = new AddressLease(owner, addresses.ToValueArray());
        _leases.Add(owner, lease);
        Hold(lease);
        return true;
    }

    /// <summary>Ends a lease; its addresses rest and then return to the pools. Returns <c>null</c> when the owner has none.</summary>
    public AddressLease? Release(AddressOwner owner)
    {
        if (!_leases.Remove(owner, out var lease))
        {
            return null;
        }
        foreach (var address in lease.Addresses)
        {
            ref var holders = ref CollectionsMarshal.GetValueRefOrNullRef(_held, address);
            if (--holders == 0)
            {
                _held.Remove(address);
                _quarantine.Add(address);
            }
        }
        return lease;
    }

    public bool TryGet(AddressOwner owner, [NotNullWhen(true)] out AddressLease? lease) => _leases.TryGetValue(owner, out lease);

    private static AddressFamily FamilyOf(AddressPool pool) => pool.Prefix.BaseAddress.AddressFamily;

    private bool TryFind(AddressFamily family, out IPAddress address)
    {
        foreach (var pool in _pools)
        {
            if (FamilyOf(pool) == family && pool.TryFind(out address))
            {
                return true;
            }
        }
        address = IPAddress.None;
        return false;
    }

    private void Hold(AddressLease lease)
    {
        foreach (var address in lease.Addresses)
        {
            _held[address] = _held.GetValueOrDefault(address) + 1;
            PoolOf(address)?.TryTake(address);
        }
    }

    private void LeaveQuarantine()
    {
        while (_quarantine.TryLeave(out var address))
        {
            if (!_held.ContainsKey(address))
            {
                PoolOf(address)?.Return(address);
            }
        }
    }

    private AddressPool? PoolOf(IPAddress address) => _pools.Find(p => p.Contains(address));

    private AddressPool Fill(AddressPool pool)
    {
        foreach (var address in _held.Keys.Concat(_quarantine.Members().Select(m => m.Address)))
        {
            pool.TryTake(address);
        }
        return pool;
    }

    private AddressPoolState StateOf(AddressPool pool) => new(
        pool.Prefix, pool.Size, _held.Keys.Count(pool.Contains), _quarantine.Members().Count(m => pool.Contains(m.Address)));

    private List<IPAddress> Strays() =>
        _pools.Count == 0 ? [] : [.. _held.Keys.Where(a => !_pools.Exists(p => p.Prefix.Contains(a)))];

    private Problem NoPools() => Problem(
        Severity.Error, "The node has no podCIDR, so pods cannot be given addresses.",
        "Let the controller manager assign one (--allocate-node-cidrs, --cluster-cidr), or set spec.podCIDRs.");

    private Problem Exhausted(AddressFamily family)
    {
        var pools = _pools.Where(p => FamilyOf(p) == family).Select(StateOf).Select(s =>
            $"{s.Prefix} ({s.Size} addresses, {s.Used} used, {s.Quarantined} in quarantine)");
        var wait = _quarantine.UntilNext;
        return Problem(
            Severity.Error, $"No pod address is free in {string.Join(", ", pools)}.",
            wait > TimeSpan.Zero
                ? $"Wait {Math.Ceiling(wait.TotalSeconds):0} s for the first to leave quarantine, run fewer pods on the node, or give it a larger podCIDR."
                : "Run fewer pods on the node, or give it a larger podCIDR.");
    }

    private Problem Overlap(IPNetwork prefix, IPNetwork other) => Problem(
        Severity.Warning, $"{prefix} overlaps {other}; no addresses are taken from it.", "Give the node prefixes that are disjoint.");

    private Problem Stray(List<IPAddress> strays) => Problem(
        Severity.Warning,
        $"{strays.Count} addresses of running pods ({string.Join(", ", strays.Take(3))}{(strays.Count > 3 ? ", …" : "")}) "
            + $"are outside the node's prefixes {string.Join(", ", _pools.Select(p => p.Prefix))}; other nodes do not route to them.",
        "Re-create these pods, for example by draining the node.");

    private Problem Problem(Severity severity, string message, string fix) =>
        new() { Severity = severity, Object = _node, Field = "spec.podCIDRs", Message = message, Fix = fix };
}
