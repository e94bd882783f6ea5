namespace Straum.Datapath.Tables;

/// <summary>A kernel table has no room for an entry that must not be missing.</summary>
public sealed class TableFullException(string table, uint capacity, string key)
    : Exception($"table {table}: full with {capacity} entries (raise {key} in straum.yaml and restart the agent)")
{
    public string Table { get; } = table;
}
