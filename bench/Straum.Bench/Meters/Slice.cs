namespace Straum.Bench.Meters;

/// <summary>What one line to the meter measured, in microseconds.</summary>
internal sealed record Slice(double P50, double P99)
{
    /// <param name="numbers">Of the meter's line "n p50 p99 mean"; times in nanoseconds.</param>
    public static Slice Of(IReadOnlyList<double> numbers) => new(numbers[1] / 1000, numbers[2] / 1000);
}
