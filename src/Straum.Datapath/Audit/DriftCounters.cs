using System.Collections.Concurrent;

namespace Straum.Datapath.Audit;

/// <summary>
/// How often something in the kernel was found otherwise than this agent had left it, by table, since the agent was started.
/// All of it was repaired; a number that grows means that someone else writes. Safe for use from several threads.
/// </summary>
public sealed class DriftCounters
{
    private readonly ConcurrentDictionary<string, long> _found = new(StringComparer.Ordinal);

    /// <summary>By table; <c>programs</c> and <c>routes</c> are counted alike. Without those that never drifted.</summary>
    public IReadOnlyDictionary<string, long> Found => _found;

    public void Add(string table, int entries)
    {
        if (entries > 0)
        {
            _found.AddOrUpdate(table, entries, (_, before) => before + entries);
        }
    }
}
