namespace Straum.Datapath.Tables;

/// <summary>A kernel table has no room for an entry that must not be missing.</summary>
public sealed class TableFullException(string table, uint capacity, string key)
    : Exception($"table {table}: full with {capacity} entries. {FixFor(key)}")
{
    public string Table { get; } = table;

    /// <summary>What helps. A raised size alone does not: a table that is pinned keeps the size it was made with.</summary>
    /// <param name="key">Of straum.yaml, as in tables.pods.</param>
    public static string FixFor(string key) =>
        $"Raise {key} in straum.yaml, end the agent, remove the pinned tables (paths.bpf) and start it again: traffic pauses until it is ready.";
}
