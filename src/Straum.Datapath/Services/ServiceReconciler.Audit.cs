using Straum.Datapath.Abi;
using Straum.Datapath.Audit;

namespace Straum.Datapath.Services;

/// <summary>The comparison of what was written with what is there.</summary>
public sealed partial class ServiceReconciler
{
    /// <summary>When the entry was written; null for one that a former agent wrote.</summary>
    /// <returns>False when the frontend is not in the kernel as it should be.</returns>
    public bool TryGetProgrammed(SvcKey key, out DateTimeOffset? at)
    {
        at = null;
        lock (_published)
        {
            if (!_published.TryGetValue(key, out var published) || published.Spec is null)
            {
                return false;
            }
            at = published.At;
            return true;
        }
    }

    /// <summary>
    /// Reads everything back that was written, and writes again what is otherwise: backends first, then the ranges that name
    /// them, then entries, as a pass does. Entries that are nobody's go.
    /// </summary>
    public void Audit(DriftCounters drift)
    {
        _complete = default;
        drift.Add("backends", _backends.Repair());

        var slots = 0;
        foreach (var published in _published.Values.Where(p => p.Backends.Length > 0 && p.Backends.Length == p.Entry.Count))
        {
            for (var i = 0u; i < published.Entry.Count; i++)
            {
                var id = _backends.IdOf(published.Backends[i]);
                if (_tables.ReadSlot(published.Entry.Base + i) != id)
                {
                    _tables.WriteSlots(published.Entry.Base + i, [id]);
                    slots++;
                }
            }
        }
        drift.Add("slots", slots);

        var lost = _published.Where(p => p.Value.Entry.Flags != uint.MaxValue).ToDictionary(p => p.Key, p => p.Value.Entry);
        var foreign = new List<SvcKey>();
        foreach (var (key, entry) in _tables.ReadServices())
        {
            if (lost.TryGetValue(key, out var expected) && expected == entry)
            {
                lost.Remove(key);
            }
            else if (!_published.ContainsKey(key))
            {
                foreign.Add(key);
            }
        }
        if (lost.Count > 0)
        {
            _tables.WriteServices([.. lost.Keys], [.. lost.Values]);
        }
        if (foreign.Count > 0)
        {
            _tables.DeleteServices([.. foreign]);
        }
        drift.Add("svc", lost.Count + foreign.Count);
    }
}
