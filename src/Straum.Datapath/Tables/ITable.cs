namespace Straum.Datapath.Tables;

/// <summary>A keyed kernel table, as much of it as reconciling needs. Tests put a dictionary, or a faulty one, in its place.</summary>
public interface ITable<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    /// <summary>Its name in the kernel, for messages.</summary>
    string Name { get; }

    uint Capacity { get; }

    IEnumerable<KeyValuePair<TKey, TValue>> Read();

    /// <summary>False when there is no such entry. A trie answers with the longest prefix that matches.</summary>
    bool TryLookup(in TKey key, out TValue value);

    /// <summary>False when the table is full; any other failure throws.</summary>
    bool TryWrite(in TKey key, in TValue value);

    /// <summary>Removing what is absent succeeds.</summary>
    void Delete(in TKey key);
}
