namespace Straum.Bench.Statistics;

/// <summary>
/// Two subjects measured in the same rounds. The ratio is the median of the rounds' ratios, and not that of the medians: what
/// else the machine did in a round slowed both.
/// </summary>
/// <param name="Ours">Median of our rounds.</param>
/// <param name="Theirs">Median of theirs.</param>
/// <param name="Ratio">Ours to theirs.</param>
/// <param name="Low">First quartile of the rounds' ratios.</param>
/// <param name="High">Third quartile.</param>
internal sealed record Comparison(double Ours, double Theirs, double Ratio, double Low, double High)
{
    /// <param name="ours">One value per round.</param>
    /// <param name="theirs">The same rounds.</param>
    public static Comparison Of(IReadOnlyList<double> ours, IReadOnlyList<double> theirs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(ours.Count, theirs.Count);
        double[] ratios = [.. ours.Zip(theirs, static (a, b) => a / b)];
        return new Comparison(Quantile.Median(ours), Quantile.Median(theirs),
            Quantile.Median(ratios), Quantile.Of(ratios, 0.25), Quantile.Of(ratios, 0.75));
    }
}
