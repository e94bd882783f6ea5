namespace Straum.Bench.Statistics;

/// <summary>Order statistics of a few measurements.</summary>
internal static class Quantile
{
    public static double Median(IEnumerable<double> values) => Of(values, 0.5);

    /// <summary>By linear interpolation between the two nearest ranks, as most statistics programs do (Hyndman and Fan's type 7).</summary>
    /// <param name="values">At least one.</param>
    /// <param name="q">0 is the smallest, 1 the largest.</param>
    public static double Of(IEnumerable<double> values, double q)
    {
        double[] sorted = [.. values.Order()];
        var rank = q * (sorted.Length - 1);
        var below = (int)rank;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (rank - below);
    }
}
