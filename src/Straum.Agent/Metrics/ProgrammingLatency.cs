using System.Collections.Concurrent;

namespace Straum.Agent.Metrics;

/// <summary>
/// How long it takes from an event of the API until the kernel does what it says, by kind of object. Of several events that
/// one pass takes up, the first counts: nobody waited longer. Safe for use from several threads.
/// </summary>
public sealed class ProgrammingLatency(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, long> _waiting = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Histogram> _kinds = new(StringComparer.Ordinal);

    /// <summary>By kind, as in Service.</summary>
    public IEnumerable<(string Kind, HistogramReading Reading)> Read() =>
        _kinds.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => (k.Key, k.Value.Read()));

    /// <summary>A table of objects has changed.</summary>
    public void Arrived(string kind) => _waiting.TryAdd(kind, clock.GetTimestamp());

    /// <summary>What is waited for; to be asked for before the tables are read.</summary>
    public IReadOnlyCollection<KeyValuePair<string, long>> Take() => [.. _waiting.Where(w => _waiting.TryRemove(w))];

    /// <summary>The kernel does what was said.</summary>
    public void Programmed(IEnumerable<KeyValuePair<string, long>> taken)
    {
        foreach (var (kind, at) in taken)
        {
            _kinds.GetOrAdd(kind, _ => new Histogram()).Record(clock.GetElapsedTime(at));
        }
    }

    /// <summary>They are not in the kernel yet: the pass failed, or nothing may be written before every watch has synced.</summary>
    public void Return(IEnumerable<KeyValuePair<string, long>> taken)
    {
        foreach (var (kind, at) in taken)
        {
            _waiting.AddOrUpdate(kind, at, (_, other) => Math.Min(other, at));
        }
    }
}
