namespace Straum.Datapath.Tables;

/// <summary>
/// Makes a kernel table equal to a desired one by its differences. What is there at start is read back, so
/// nothing that is right already is written again. Removals go first: they make room.
/// </summary>
public sealed class TableReconciler<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged, IEquatable<TValue>
{
    private readonly ITable<TKey, TValue> _table;
    private readonly Dictionary<TKey, TValue> _realized;

    public TableReconciler(ITable<TKey, TValue> table)
    {
        _table = table;
        _realized = new Dictionary<TKey, TValue>(table.Read());
    }

    public IReadOnlyDictionary<TKey, TValue> Realized => _realized;

    /// <summary>
    /// Reads back what is there. What is otherwise than it was written is known after that, so the next pass repairs it.
    /// Returns how many entries were.
    /// </summary>
    public int Audit()
    {
        var present = new Dictionary<TKey, TValue>(_table.Read());
        var drift = _realized.Count(e => !present.TryGetValue(e.Key, out var value) || !value.Equals(e.Value)) + present.Keys.Count(k => !_realized.ContainsKey(k));
        if (drift > 0)
        {
            _realized.Clear();
            foreach (var (key, value) in present)
            {
                _realized.Add(key, value);
            }
        }
        return drift;
    }

    public TablePass<TKey> Reconcile(IReadOnlyDictionary<TKey, TValue> desired)
    {
        var gone = _realized.Keys.Where(key => !desired.ContainsKey(key)).ToArray();
        foreach (var key in gone)
        {
            Remove(key);
        }

        var written = 0;
        var full = new List<TKey>();
        foreach (var (key, value) in desired)
        {
            if (!TrySet(key, value, out var changed))
            {
                full.Add(key);
            }
            written += changed ? 1 : 0;
        }
        return new TablePass<TKey>(written, gone.Length, full);
    }

    /// <summary>Writes one entry, unless it is there. False when the table is full.</summary>
    public bool TrySet(in TKey key, in TValue value, out bool changed)
    {
        changed = false;
        if (_realized.TryGetValue(key, out var current) && current.Equals(value))
        {
            return true;
        }
        if (!_table.TryWrite(key, value))
        {
            return false;
        }
        _realized[key] = value;
        return changed = true;
    }

    /// <summary>Removes one entry, if it is there.</summary>
    public void Remove(in TKey key)
    {
        if (_realized.ContainsKey(key))
        {
            _table.Delete(key);
            _realized.Remove(key);
        }
    }
}
