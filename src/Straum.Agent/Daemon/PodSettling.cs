using Microsoft.Extensions.Logging;
using Straum.Linux;

namespace Straum.Agent.Daemon;

/// <summary>
/// Gives pods' programs their links when no pod is waiting: each costs a grace period of the kernel, in which nothing else
/// can be configured (docs/adr/0009). Where pods come and go without a pause for long, one a second is settled all the same.
/// </summary>
/// <param name="idleFor">How long no ADD or DEL has been running.</param>
/// <param name="isAny">Whether there is something to settle.</param>
/// <param name="settleNext">Settles one thing; false when there was none.</param>
/// <param name="clock">Times the pauses.</param>
/// <param name="log">Tells of refusals.</param>
internal sealed class PodSettling(Func<TimeSpan> idleFor, Func<bool> isAny, Func<Task<bool>> settleNext, TimeProvider clock, ILogger log)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>No call for so long: no burst is under way.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>For so long a pause is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private long? _since;
    private string? _told;

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            await TickAsync(stop).ConfigureAwait(false);
        }
    }

    internal async Task TickAsync(CancellationToken stop)
    {
        if (!isAny())
        {
            _since = null;
            return;
        }
        var since = _since ??= clock.GetTimestamp();
        try
        {
            if (clock.GetElapsedTime(since) >= Patience)
            {
                await settleNext().ConfigureAwait(false);
            }
            while (idleFor() >= Quiet && !stop.IsCancellationRequested && await settleNext().ConfigureAwait(false))
            {
            }
        }
        catch (LinuxException e) when (e.Message != _told)
        {
            _told = e.Message;
            log.LogWarning("a pod's programs stay without links for now: {Reason}", e.Message);
        }
        catch (LinuxException)
        {
            // Told.
        }
    }
}
