namespace Straum.Doctor.Measuring;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentile_IsWithinTwoPercentOfTheSortedValues()
    {
        var random = new Random(1);
        var histogram = new LatencyHistogram();
        // Six decades, as fsync has them.
        var values = Enumerable.Range(0, 100_000).Select(_ => TimeSpan.FromMicroseconds(Math.Pow(10, random.NextDouble() * 6))).ToArray();
        Array.ForEach(values, histogram.Record);
        Array.Sort(values);
        foreach (var fraction in new[] { 0.5, 0.9, 0.99, 0.999 })
        {
            var exact = values[(int)Math.Ceiling(fraction * values.Length) - 1];
            var measured = histogram.Percentile(fraction);
            (measured / exact).ShouldBeInRange(1, 1.02, $"p{fraction * 100}: {measured} and exactly {exact}");
        }
    }

    [Fact]
    public void Percentile_OfOneValue_IsIt()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.FromMilliseconds(3));
        histogram.Percentile(0.5).ShouldBe(TimeSpan.FromMilliseconds(3));
        histogram.Percentile(0.999).ShouldBe(TimeSpan.FromMilliseconds(3));
    }

    [Fact]
    public void Percentile_OfNothing_IsZero() => new LatencyHistogram().Percentile(0.99).ShouldBe(TimeSpan.Zero);

    [Fact]
    public void Record_HoursAndNothing_Fit()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.Zero);
        histogram.Record(TimeSpan.FromHours(20));
        histogram.Max.ShouldBe(TimeSpan.FromHours(20));
        histogram.Percentile(0.5).ShouldBe(TimeSpan.Zero);
    }
}
