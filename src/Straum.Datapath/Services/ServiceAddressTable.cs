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
    private ImmutableArray<FrontendSpec> _frontends;

    /// <inheritdoc cref="TableReconciler{TKey, TValue}.Audit"/>
    public int Audit()
    {
        var drift = _table.Audit();
        if (drift > 0)
        {
            _frontends = default;
        }
        return drift;
    }

    public void Reconcile(ImmutableArray<FrontendSpec> frontends)
    {
        if (!_frontends.IsDefault && HaveSameAddresses(_frontends, frontends))
        {
            return;
        }
        var wanted = new Dictionary<Addr, uint>(frontends.Length);
        foreach (var frontend in frontends)
        {
            if (ServiceReconciler.Serves(frontend))
            {
                wanted[Addr.From(frontend.Address)] = 1;
            }
        }
        // What finds no room here found none for its ports either: the reconciler of those has told.
        _frontends = _table.Reconcile(wanted).Full.Count == 0 ? frontends : default;
    }

    // Nearly every pass changes endpoints only. An unchanged Service keeps its address, the very instance.
    private static bool HaveSameAddresses(ImmutableArray<FrontendSpec> before, ImmutableArray<FrontendSpec> now)
    {
        if (before.Length != now.Length)
        {
            return false;
        }
        for (var i = 0; i < now.Length; i++)
        {
            if (!ReferenceEquals(before[i].Address, now[i].Address) || before[i].Kind != now[i].Kind)
            {
                return false;
            }
        }
        return true;
    }
}
