namespace Straum.Architecture;

/// <summary>Two people who write a decision at once give it one number.</summary>
public sealed class DecisionTests
{
    private static readonly string[] Files = Directory.GetFiles(Path.Combine(Repository.Root, "docs", "adr"), "*.md");

    [Fact]
    public void Numbers_AreUsedOnce() =>
        Files.GroupBy(f => Path.GetFileName(f)[..4]).Where(g => g.Count() > 1).ShouldBeEmpty();

    [Fact]
    public void Title_HasTheNumberOfTheFile() =>
        Files.Where(f => !File.ReadLines(f).First().StartsWith($"# {Path.GetFileName(f)[..4]}. ", StringComparison.Ordinal)).ShouldBeEmpty();
}
