using Straum.Linux.Bpf;

namespace Straum.Datapath.Tables;

/// <summary>A hash or a trie of the kernel as a table.</summary>
public sealed class BpfTable<TKey, TValue>(BpfMap map) : ITable<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    private readonly BpfMap<TKey, TValue> _entries = new(map);

    public string Name => map.Name;

    public uint Capacity { get; } = (uint)map.Info.MaxEntries;

    public IEnumerable<KeyValuePair<TKey, TValue>> Read() => _entries.Entries();

    public bool TryLookup(in TKey key, out TValue value) => _entries.TryLookup(key, out value);

    public bool TryWrite(in TKey key, in TValue value)
    {
        try
        {
            _entries.Update(key, value);
            return true;
        }
        catch (MapFullException)
        {
            return false;
        }
    }

    /// <summary>Writes in one call; returns how many were written before the table was full.</summary>
    public int WriteBatch(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        try
        {
            _entries.UpdateBatch(keys, values);
            return keys.Length;
        }
        catch (MapFullException)
        {
            var written = 0;
            while (written < keys.Length && TryWrite(keys[written], values[written]))
            {
                written++;
            }
            return written;
        }
    }

    public void Delete(in TKey key) => _entries.Delete(key);

    public void DeleteBatch(ReadOnlySpan<TKey> keys) => _entries.DeleteBatch(keys);

    public int Count() => _entries.Count();

    public void Clear() => _entries.Clear();
}
