using Straum.Lab.Echo;

namespace Straum.Lab.Check;

/// <summary>
/// Makes the attempts of questions. Gives a question up after two failures, and gets impatient once several questions have
/// failed: then the lab is broken, and each further timeout would only say so again.
/// </summary>
internal sealed class Asker
{
    private const int FailuresPerQuestion = 2;
    private const int FailuresBeforeImpatience = 4;

    private int _failures;

    /// <summary>How long an attempt may take now.</summary>
    private TimeSpan Limit => _failures < FailuresBeforeImpatience ? CheckLimits.Attempt : CheckLimits.ImpatientAttempt;

    /// <summary>One report over all attempts; its latency is that of the median attempt.</summary>
    /// <param name="spec">What to ask, once.</param>
    /// <param name="count">How often.</param>
    public async Task<ProbeReport> AskAsync(ProbeSpec spec, int count, CancellationToken stop)
    {
        var pods = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var errors = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var latencies = new List<TimeSpan>(count);
        ProbeReport? last = null, lastAnswered = null;
        var sent = 0;
        while (sent < count && sent - latencies.Count < FailuresPerQuestion)
        {
            last = await EchoProbe.RunAsync(spec with { Timeout = Limit }, stop);
            sent++;
            Add(pods, last.Pods);
            Add(errors, last.Errors);
            if (last.Latency is { } latency)
            {
                latencies.Add(TimeSpan.FromMicroseconds(latency.P50Microseconds));
                lastAnswered = last;
            }
        }
        if (latencies.Count < sent)
        {
            Interlocked.Increment(ref _failures);
        }
        return (lastAnswered ?? last!) with
        {
            Sent = sent,
            Answered = latencies.Count,
            Pods = pods,
            Errors = errors,
            Latency = latencies.Count > 0 ? ProbeLatency.Of(latencies) : null,
        };
    }

    private static void Add(SortedDictionary<string, int> sum, IReadOnlyDictionary<string, int> more)
    {
        foreach (var (name, count) in more)
        {
            sum[name] = sum.GetValueOrDefault(name) + count;
        }
    }
}
