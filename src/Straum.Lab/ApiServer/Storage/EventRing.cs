namespace Straum.Lab.ApiServer.Storage;

/// <summary>
/// The recent changes of one kind, in order, for any number of readers that each remember the revision they have
/// read up to. Bounded: a reader that falls behind, or comes with an older revision, is told so and never skips.
/// Thread-safe.
/// </summary>
internal sealed class EventRing(int capacity, long floor)
{
    private readonly Lock _lock = new();
    private StoreEvent[] _events = new StoreEvent[Math.Min(capacity, 64)];
    private int _first;
    private int _count;
    private long _floor = floor; // changes up to this revision are not kept
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Adds a change; its revision is higher than that of all before it.</summary>
    public void Append(StoreEvent change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_count == _events.Length && !Grow())
            {
                _floor = _events[_first].Revision;
                _first = (_first + 1) % _events.Length;
                _count--;
            }
            _events[(_first + _count) % _events.Length] = change;
            _count++;
            changed = _changed;
            _changed = NewSignal();
        }
        changed.SetResult();
    }

    /// <summary>
    /// Adds to <paramref name="into"/> the changes after <paramref name="revision"/>, at most <paramref name="max"/>.
    /// False when some of them are no longer kept: the reader must list again.
    /// </summary>
    /// <param name="changed">Completes at the next append; to be awaited when nothing was added.</param>
    public bool TryRead(long revision, List<StoreEvent> into, int max, out Task changed)
    {
        lock (_lock)
        {
            changed = _changed.Task;
            if (revision < _floor)
            {
                return false;
            }
            for (var i = IndexAfter(revision); i < _count && into.Count < max; i++)
            {
                into.Add(_events[(_first + i) % _events.Length]);
            }
            return true;
        }
    }

    private int IndexAfter(long revision)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_events[(_first + middle) % _events.Length].Revision <= revision)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }

    private bool Grow()
    {
        if (_events.Length >= capacity)
        {
            return false;
        }
        var larger = new StoreEvent[Math.Min(capacity, _events.Length * 2)];
        for (var i = 0; i < _count; i++)
        {
            larger[i] = _events[(_first + i) % _events.Length];
        }
        _events = larger;
        _first = 0;
        return true;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
