namespace Straum.Doctor.Bench;

/// <summary>One measured value.</summary>
/// <param name="Name">What, with a dot between place and figure: <c>disk.sync.p99</c>. Two records are compared by it.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">µs, bit/s, 1/s, %.</param>
/// <param name="LowerIsBetter">True for durations and losses.</param>
/// <param name="Note">What one must know to compare it; null when nothing is unusual.</param>
public sealed record BenchFigure(string Name, double Value, string Unit, bool LowerIsBetter, string? Note = null)
{
    public static BenchFigure Duration(string name, TimeSpan value) => new(name, value.TotalMicroseconds, "µs", LowerIsBetter: true);

    public static BenchFigure Rate(string name, double perSecond, string unit = "1/s") => new(name, perSecond, unit, LowerIsBetter: false);

    /// <summary>p50, p99 and p99.9 of a histogram; none of one in which nothing is.</summary>
    public static IEnumerable<BenchFigure> Percentiles(string name, Measuring.LatencyHistogram times) => times.Count == 0 ? [] :
        [Duration(name + ".p50", times.Percentile(0.5)), Duration(name + ".p99", times.Percentile(0.99)), Duration(name + ".p99.9", times.Percentile(0.999))];
}
