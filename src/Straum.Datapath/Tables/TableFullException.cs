namespace Straum.Datapath.Tables;

/// <summary>A kernel table has no room for an entry that must not be missing.</summary>
public sealed class TableFullException(string table, uint capacity, string key)
    : Exception($"table {table}: full with {capacity} entries. {FixFor(key)}")
{
    public string Table { get; } = table;

    /// <summary>What helps where the table did not grow by itself, or not fast enough.</summary>
    /// <param name="key">Of straum.yaml, as in tables.pods.</param>
    public static string FixFor(string key) =>
        $"It is given more room with the next pass if the node has the memory; {key} in straum.yaml makes it larger from the beginning.";
}
