namespace Straum.Lab.Processes;

public sealed class BackoffTests
{
    [Fact]
    public void Next_RunsThatFailAtOnce_DoublesUpToTheLongest()
    {
        var backoff = new Backoff { First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(5) };
        Enumerable.Range(0, 5).Select(_ => backoff.Next(TimeSpan.Zero).TotalSeconds).ShouldBe([1, 2, 4, 5, 5]);
    }

    [Fact]
    public void Next_AfterALongRun_StartsAnew()
    {
        var backoff = new Backoff { First = TimeSpan.FromSeconds(1) };
        backoff.Next(TimeSpan.Zero);
        backoff.Next(TimeSpan.Zero);
        backoff.Next(backoff.ResetAfter).TotalSeconds.ShouldBe(1);
    }
}
