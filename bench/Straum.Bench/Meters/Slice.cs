namespace Straum.Bench.Meters;

/// <summary>What one line to the meter measured, in microseconds.</summary>
internal sealed record Slice(double P50, double P99, double Mean);
