namespace Straum.Agent.Metrics;

/// <summary>A <see cref="Histogram"/> at one moment.</summary>
/// <param name="Limits">Upper ends of the buckets, in seconds; the last bucket has none.</param>
/// <param name="Buckets">How many fell into each.</param>
/// <param name="Sum">Of all, in seconds.</param>
/// <param name="Longest">In seconds.</param>
public sealed record HistogramReading(IReadOnlyList<double> Limits, IReadOnlyList<long> Buckets, double Sum, double Longest)
{
    public long Count => Buckets.Sum();

    /// <summary>The end of the bucket that the share falls into, in seconds: 0.99 for p99. Zero when nothing was recorded.</summary>
    public double Quantile(double share)
    {
        var (wanted, seen) = (share * Count, 0L);
        for (var i = 0; i < Limits.Count; i++)
        {
            seen += Buckets[i];
            if (seen >= wanted)
            {
                return Math.Min(Limits[i], Longest);
            }
        }
        return Longest;
    }
}
