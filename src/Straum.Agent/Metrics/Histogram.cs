namespace Straum.Agent.Metrics;

/// <summary>How long something took, in the buckets that Prometheus wants. Safe for use from several threads.</summary>
public sealed class Histogram
{
    private static readonly double[] Limits = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _lock = new();
    private readonly long[] _buckets = new long[Limits.Length + 1];
    private double _sum;
    private double _longest;

    public void Record(TimeSpan took)
    {
        var seconds = took.TotalSeconds;
        var bucket = Array.FindIndex(Limits, limit => seconds <= limit);
        lock (_lock)
        {
            _buckets[bucket < 0 ? Limits.Length : bucket]++;
            _sum += seconds;
            _longest = Math.Max(_longest, seconds);
        }
    }

    /// <summary>As of now.</summary>
    public HistogramReading Read()
    {
        lock (_lock)
        {
            return new HistogramReading(Limits, [.. _buckets], _sum, _longest);
        }
    }
}
