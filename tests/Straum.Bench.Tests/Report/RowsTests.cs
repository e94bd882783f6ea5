using Straum.Bench.Statistics;

namespace Straum.Bench.Report;

public sealed class RowsTests
{
    private static readonly Comparison TenPercentMore = Comparison.Of([110], [100]);

    [Fact]
    public void AtMost_RatioAboveTarget_IsMissed()
    {
        var row = Rows.AtMost("time, µs", TenPercentMore, "plain routing", 1.0);

        row.Met.ShouldBe(false);
        row.ToString().ShouldBe("time, µs · 110 · 100 plain routing · 1.100 (1.100–1.100) · ≤ 1.00 · missed");
    }

    [Fact]
    public void AtLeast_RatioAboveTarget_IsMet() => Rows.AtLeast("rate", TenPercentMore, "plain routing", 1.0).Met.ShouldBe(true);

    [Fact]
    public void Limit_WithoutTarget_HasNoVerdict() => Rows.Limit("memory, MiB", 55.5, null).Verdict.ShouldBe("");

    [Fact]
    public void Limit_BesideAPeer_JudgesTheValueAndShowsTheRatio() =>
        Rows.Limit("time, ms", TenPercentMore, "another", 120).ToString().ShouldBe("time, ms · 110 · 100 another · 1.100 (1.100–1.100) · ≤ 120 · ok");

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1.234, "1.23")]
    [InlineData(12.34, "12.3")]
    [InlineData(123456.7, "123,457")]
    public void Number_AnySize_HasThreeDigitsOrMore(double value, string expected) => Rows.Number(value).ShouldBe(expected);
}
