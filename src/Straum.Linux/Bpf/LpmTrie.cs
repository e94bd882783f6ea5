namespace Straum.Linux.Bpf;

/// <summary>
/// Prefixes and what they mean. The key begins with a <c>uint</c> number of bits, followed by the prefix in network order
/// whose remaining bits should be zero, so that a prefix is spelled one way only.
/// </summary>
/// <remarks>BPF_MAP_TYPE_LPM_TRIE</remarks>
public sealed class LpmTrie<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    private readonly BpfMap<TKey, TValue> _entries;

    /// <exception cref="ArgumentException">The map is no trie, or its sizes are others.</exception>
    public LpmTrie(BpfMap map)
    {
        map.CheckType(BpfMapType.LpmTrie);
        _entries = new BpfMap<TKey, TValue>(map);
    }

    public BpfMap Map => _entries.Map;

    /// <summary>Finds the longest prefix that covers <paramref name="key"/>, whose own number of bits is the most to compare.</summary>
    public bool TryMatch(TKey key, out TValue value) => _entries.TryLookup(key, out value);

    /// <inheritdoc cref="BpfMap{TKey,TValue}.Update"/>
    public void Update(TKey key, TValue value, UpdateMode mode = UpdateMode.Any) => _entries.Update(key, value, mode);

    /// <inheritdoc cref="BpfMap{TKey,TValue}.UpdateBatch"/>
    public void UpdateBatch(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values) => _entries.UpdateBatch(keys, values);

    /// <summary>Removes exactly this prefix. Returns <c>false</c> when it was absent.</summary>
    public bool Delete(TKey key) => _entries.Delete(key);

    /// <inheritdoc cref="BpfMap{TKey,TValue}.DeleteBatch"/>
    public int DeleteBatch(ReadOnlySpan<TKey> keys) => _entries.DeleteBatch(keys);

    /// <inheritdoc cref="BpfMap{TKey,TValue}.Entries"/>
    public IEnumerable<KeyValuePair<TKey, TValue>> Entries() => _entries.Entries();

    /// <inheritdoc cref="BpfMap{TKey,TValue}.Clear"/>
    public int Clear() => _entries.Clear();
}
