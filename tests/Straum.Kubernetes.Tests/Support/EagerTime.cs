namespace Straum.Kubernetes.Support;

/// <summary>A clock on which every pause is over at once, while deadlines, which are longer, never pass.</summary>
public sealed class EagerTime : TimeProvider
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(12);

    private long _skipped;

    /// <summary>The pauses that were waited for, in order.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<TimeSpan> Pauses { get; } = new();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(DateTimeOffset.UnixEpoch.Ticks + GetTimestamp(), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _skipped);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime <= LongestPause && dueTime >= TimeSpan.Zero)
        {
            Pauses.Enqueue(dueTime);
            Interlocked.Add(ref _skipped, dueTime.Ticks);
            ThreadPool.UnsafeQueueUserWorkItem(_ => callback(state), null);
        }
        return new NoTimer();
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
