namespace Straum.Bench.Statistics;

public sealed class QuantileTests
{
    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(0.25, 1.75)]
    [InlineData(0.5, 2.5)]
    [InlineData(1.0, 4.0)]
    public void Of_FourValuesInAnyOrder_Interpolates(double q, double expected) =>
        Quantile.Of([4, 1, 3, 2], q).ShouldBe(expected);

    [Fact]
    public void Median_OneValue_IsIt() => Quantile.Median([7]).ShouldBe(7);
}
