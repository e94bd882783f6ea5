namespace Straum.Bench.Report;

public sealed class BenchmarksPageTests
{
    private const string Page = "# Title\n\n<!-- figure: a -->\nold a\n<!-- end: a -->\n\nwords of a person\n\n<!-- figure: b -->\nold b\n<!-- end: b -->\n";

    [Fact]
    public void Replace_KnownFigure_ChangesNothingElse() =>
        BenchmarksPage.Replace(Page, "a", "new a\n").ShouldBe(Page.Replace("old a", "new a"));

    [Fact]
    public void Replace_NewFigure_GoesToTheEnd() =>
        BenchmarksPage.Replace(Page, "c", "new c\n").ShouldBe(Page + "\n<!-- figure: c -->\nnew c\n<!-- end: c -->\n");
}
