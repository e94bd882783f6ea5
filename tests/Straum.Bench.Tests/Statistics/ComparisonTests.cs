namespace Straum.Bench.Statistics;

public sealed class ComparisonTests
{
    [Fact]
    public void Of_AMachineThatSlowsBothAlike_SeesTheSameRatio()
    {
        var comparison = Comparison.Of([11, 110, 22], [10, 100, 20]);

        comparison.Ratio.ShouldBe(1.1, 1e-9);
        comparison.Low.ShouldBe(1.1, 1e-9);
        comparison.Ours.ShouldBe(22);
        comparison.Theirs.ShouldBe(20);
    }

    [Fact]
    public void Of_DifferentRounds_IsRefused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => Comparison.Of([1, 2], [1]));
}
