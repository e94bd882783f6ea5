using System.Collections.Concurrent;

namespace Straum.Agent.Metrics;

/// <summary>
/// How long it takes from an event of the API until the kernel does what it says, by kind of object. Of several events that
/// one pass takes up, the first counts: nobody waited longer. What a kind's first list tells is no change: it waited for the agent
/// to start and for the lists of all other kinds, and is not counted. Safe for use from several threads.
/// </summary>
public sealed class ProgrammingLatency(TimeProvider clock)
{
    private readonly TimeProvider _clock = clock;
    private readonly ConcurrentDictionary<string, long> _waiting = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Histogram> _kinds = new(StringComparer.Ordinal);

    // Kinds whose first list is in the kernel; of all once a pass was complete: a kind without objects may have told of no list.
    private readonly ConcurrentDictionary<string, bool> _begun = new(StringComparer.Ordinal);
    private volatile bool _allBegun;

    /// <summary>By kind, as in Service.</summary>
    public IEnumerable<(string Kind, HistogramReading Reading)> Read() =>
        _kinds.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => (k.Key, k.Value.Read()));

    /// <summary>A table of objects has changed.</summary>
    public void Arrived(string kind) => _waiting.TryAdd(kind, _clock.GetTimestamp());

    /// <summary>What is waited for; to be asked for before the tables are read.</summary>
    public Waiting Take() => new(this, [.. _waiting.Where(w => _waiting.TryRemove(w))]);

    /// <summary>
    /// Events that one pass takes up. What it has not settled when it is disposed waits on: the pass failed, or nothing may be
    /// written before every watch has synced.
    /// </summary>
    public sealed class Waiting : IDisposable
    {
        private readonly ProgrammingLatency _latency;
        private readonly List<KeyValuePair<string, long>> _open;

        internal Waiting(ProgrammingLatency latency, List<KeyValuePair<string, long>> open) => (_latency, _open) = (latency, open);

        /// <summary>The kernel does what was said of these kinds; of all when none is named.</summary>
        public void Programmed(params ReadOnlySpan<string> kinds)
        {
            for (var i = _open.Count - 1; i >= 0; i--)
            {
                var (kind, at) = _open[i];
                if (kinds.IsEmpty || kinds.Contains(kind))
                {
                    if (!_latency._begun.TryAdd(kind, true) || _latency._allBegun)
                    {
                        _latency._kinds.GetOrAdd(kind, _ => new Histogram()).Record(_latency._clock.GetElapsedTime(at));
                    }
                    _open.RemoveAt(i);
                }
            }
            _latency._allBegun |= kinds.IsEmpty;
        }

        public void Dispose()
        {
            foreach (var (kind, at) in _open)
            {
                _latency._waiting.AddOrUpdate(kind, at, (_, other) => Math.Min(other, at));
            }
            _open.Clear();
        }
    }
}
