namespace Straum.Kubernetes.Support;

/// <summary>A clock that stands still until a test moves it. Timers fire within <see cref="Advance"/>.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private readonly List<(Predicate<TimeSpan> Wanted, TaskCompletionSource Found)> _waits = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Completes when somebody waits for a time that lies so far ahead.</summary>
    public Task WhenTimerAsync(Predicate<TimeSpan> due)
    {
        lock (_lock)
        {
            if (_timers.Exists(t => due(t.Due - _now)))
            {
                return Task.CompletedTask;
            }
            var found = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((due, found));
            return found.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (true)
        {
            Timer? next;
            lock (_lock)
            {
                next = _timers.Where(t => t.Due <= end).MinBy(t => t.Due);
                _now = next is null ? end : next.Due > _now ? next.Due : _now;
                if (next is null)
                {
                    return;
                }
                _timers.Remove(next);
            }
            next.Fire();
        }
    }

    private void Add(Timer timer)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
            _timers.Add(timer);
            foreach (var wait in _waits.FindAll(w => w.Wanted(timer.Due - _now)))
            {
                _waits.Remove(wait);
                wait.Found.SetResult();
            }
        }
    }

    private void Remove(Timer timer)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
        }
    }

    private sealed class Timer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                time.Remove(this);
                return true;
            }
            Due = time.GetUtcNow() + dueTime;
            time.Add(this);
            return true;
        }

        public void Fire() => callback(state);

        public void Dispose() => time.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
