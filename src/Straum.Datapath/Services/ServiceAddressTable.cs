using System.Collections.Immutable;
using Straum.Control.Services;
using Straum.Datapath.Abi;
using Straum.Datapath.Tables;

namespace Straum.Datapath.Services;

/// <summary>
/// Keeps the table of the addresses that are Services': what is sent to one of them and is for none of its ports is refused,
/// and does not leave the cluster by the default route. Not thread-safe: one loop owns it.
/// </summary>
public sealed class ServiceAddressTable(ITable<Addr, uint> table)
{
    private readonly TableReconciler<Addr, uint> _table = new(table);

    // How many frontends an address has.
    private readonly Dictionary<Addr, int> _uses = [];

    // What the table holds completely; default when that is not certain.
    private ImmutableArray<FrontendSpec> _complete;

    /// <inheritdoc cref="TableReconciler{TKey, TValue}.Audit"/>
    public int Audit()
    {
        var drift = _table.Audit();
        if (drift > 0)
        {
            _complete = default;
        }
        return drift;
    }

    public void Reconcile(ImmutableArray<FrontendSpec> frontends)
    {
        var before = _complete;
        _complete = default;
        if (before.IsDefault)
        {
            _uses.Clear();
            foreach (var frontend in frontends)
            {
                Count(frontend, 1);
            }
            // What finds no room here found none for its ports either: the reconciler of those has told.
            var all = _table.Reconcile(_uses.Keys.ToDictionary(a => a, _ => 1u));
            _complete = all.Full.Count == 0 ? frontends : default;
            return;
        }
        var changes = FrontendChanges.Between(before, frontends);
        var touched = new HashSet<Addr>();
        foreach (var frontend in changes.Removed)
        {
            touched.Add(Count(frontend, -1));
        }
        foreach (var frontend in changes.Added)
        {
            touched.Add(Count(frontend, 1));
        }
        // Removals first: they make room.
        foreach (var address in touched.Where(a => !_uses.ContainsKey(a)))
        {
            _table.Remove(address);
        }
        var complete = true;
        foreach (var address in touched.Where(_uses.ContainsKey))
        {
            complete &= _table.TrySet(address, 1, out _);
        }
        _complete = complete ? frontends : default;
    }

    private Addr Count(FrontendSpec frontend, int more)
    {
        var address = Addr.From(frontend.Address);
        if (ServiceReconciler.Serves(frontend))
        {
            var uses = _uses.GetValueOrDefault(address) + more;
            if (uses == 0)
            {
                _uses.Remove(address);
            }
            else
            {
                _uses[address] = uses;
            }
        }
        return address;
    }
}
