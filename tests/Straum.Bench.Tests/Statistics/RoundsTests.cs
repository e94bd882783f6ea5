namespace Straum.Bench.Statistics;

public sealed class RoundsTests
{
    [Fact]
    public async Task RunAsync_TwoSubjects_TurnsTheOrderAndForgetsTheFirstRound()
    {
        var order = new List<string>();
        Func<Task<double>> Subject(string name) => () =>
        {
            order.Add(name);
            return Task.FromResult((double)order.Count);
        };

        var values = await Rounds.RunAsync(2, Subject("a"), Subject("b"));

        string.Concat(order).ShouldBe("baabba");
        values.ShouldBe([[3, 6], [4, 5]]);
    }
}
