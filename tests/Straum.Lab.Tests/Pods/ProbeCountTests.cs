namespace Straum.Lab.Pods.Probing;

public sealed class ProbeCountTests
{
    [Theory]
    [InlineData("s", "Healthy")]
    [InlineData("f", "Unknown")]
    [InlineData("fff", "Unhealthy")]
    [InlineData("ffsff", "Healthy")]
    [InlineData("fffs", "Healthy")]
    [InlineData("sff", "Healthy")]
    [InlineData("sfff", "Unhealthy")]
    public void Verdict_AfterARow_NeedsTheThreshold(string row, string verdict)
    {
        var count = new ProbeCount(successes: 1, failures: 3);
        foreach (var attempt in row)
        {
            count.Add(attempt == 's');
        }
        count.Verdict.ToString().ShouldBe(verdict);
    }

    [Fact]
    public void Add_VerdictAsBefore_IsNoChange()
    {
        var count = new ProbeCount(successes: 2, failures: 1);
        count.Add(true).ShouldBeFalse();
        count.Add(true).ShouldBeTrue();
        count.Add(true).ShouldBeFalse();
        count.Add(false).ShouldBeTrue();
    }
}
