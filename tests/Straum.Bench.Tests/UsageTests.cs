namespace Straum.Bench;

/// <summary>What cannot be done is said in one line, before anything is made.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("bench: there is no figure pod; there are pods, services, convergence, scale, cni, restart", "pod")]
    [InlineData("bench: --rounds is at least 1", "pods", "--rounds", "0")]
    [InlineData("bench: --write /nowhere/page.md: there is no directory /nowhere", "pods", "--write", "/nowhere/page.md")]
    public async Task WrongUsage_IsSaidInOneLine(string line, params string[] arguments)
    {
        using var run = new BenchRun(arguments);

        (await run.EndAsync()).ShouldBe(2, run.Said);

        run.Said.ShouldBe(line + "\n");
    }
}
