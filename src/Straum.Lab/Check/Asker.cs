using Straum.Lab.Echo;

namespace Straum.Lab.Check;

/// <summary>Makes the attempts of a question, and gives up after the first two failures: a broken path is known by then, and each costs a timeout.</summary>
internal static class Asker
{
    private const int PatienceForFailures = 2;

    /// <summary>One report over all attempts; only the latencies of the median attempt are kept.</summary>
    /// <param name="attempt">Makes one attempt.</param>
    /// <param name="count">How many.</param>
    public static async Task<ProbeReport> AskAsync(Func<Task<ProbeReport>> attempt, int count)
    {
        var pods = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var errors = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var latencies = new List<TimeSpan>(count);
        ProbeReport? last = null, lastAnswered = null;
        var sent = 0;
        while (sent < count && errors.Values.Sum() < PatienceForFailures)
        {
            last = await attempt();
            sent++;
            Add(pods, last.Pods);
            Add(errors, last.Errors);
            if (last.Latency is { } latency)
            {
                latencies.Add(TimeSpan.FromMicroseconds(latency.P50Microseconds));
                lastAnswered = last;
            }
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
