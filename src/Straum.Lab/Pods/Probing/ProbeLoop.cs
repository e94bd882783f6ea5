using System.Runtime.CompilerServices;
using Straum.Lab.Pods.Manifest;

namespace Straum.Lab.Pods.Probing;

/// <summary>Probes at the manifest's times and says when the verdict changes.</summary>
/// <param name="probe">What and when.</param>
/// <param name="attempt">One attempt: null is success, else the reason of the failure.</param>
internal sealed class ProbeLoop(ProbeManifest probe, Func<ProbeAction, CancellationToken, Task<string?>> attempt)
{
    /// <summary>Yields every change of verdict, the first one included, until stopped.</summary>
    public async IAsyncEnumerable<ProbeChange> RunAsync(DateTimeOffset startedAt, [EnumeratorCancellation] CancellationToken stop)
    {
        var delay = startedAt + probe.InitialDelay - DateTimeOffset.UtcNow;
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, stop);
        }
        var count = new ProbeCount(probe.SuccessThreshold, probe.FailureThreshold);
        while (true)
        {
            var reason = await AttemptAsync(stop);
            if (count.Add(reason is null))
            {
                yield return new ProbeChange(count.Verdict, reason ?? "");
            }
            await Task.Delay(probe.Period, stop);
        }
    }

    private async Task<string?> AttemptAsync(CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(probe.Timeout);
        try
        {
            return await attempt(probe.Action, limit.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"no answer within {probe.Timeout.TotalSeconds:0.#} s";
        }
    }
}

/// <summary>A new verdict, and why: the last failure, or nothing.</summary>
internal readonly record struct ProbeChange(ProbeVerdict Verdict, string Reason);
