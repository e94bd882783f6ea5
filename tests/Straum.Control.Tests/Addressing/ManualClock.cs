namespace Straum.Control.Addressing;

/// <summary>Time that moves when told to. The wall clock can be stepped on its own.</summary>
internal sealed class ManualClock : TimeProvider
{
    private DateTimeOffset _wall = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private long _monotonic = 1_000_000;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _wall;

    public override long GetTimestamp() => _monotonic;

    public void Advance(TimeSpan time)
    {
        _wall += time;
        _monotonic += time.Ticks;
    }

    public void StepWallClock(TimeSpan by) => _wall += by;
}
