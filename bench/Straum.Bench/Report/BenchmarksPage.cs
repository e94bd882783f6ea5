using System.Text;

namespace Straum.Bench.Report;

/// <summary>
/// docs/benchmarks.md: what people wrote stays, and between two comments per figure stands what the last run of that figure
/// printed. A figure that has no place there yet gets one at the end.
/// </summary>
internal static class BenchmarksPage
{
    /// <param name="page">The page as it is.</param>
    /// <param name="figure">The figure's name.</param>
    /// <param name="section">What shall stand between its comments.</param>
    public static string Replace(string page, string figure, string section)
    {
        var (begin, end) = ($"<!-- figure: {figure} -->\n", $"<!-- end: {figure} -->");
        var start = page.IndexOf(begin, StringComparison.Ordinal);
        var stop = page.IndexOf(end, StringComparison.Ordinal);
        return start < 0 || stop < start
            ? $"{page.TrimEnd()}\n\n{begin}{section}{end}\n"
            : string.Concat(page.AsSpan(0, start + begin.Length), section, page.AsSpan(stop));
    }

    /// <summary>The table of one run.</summary>
    /// <param name="title">Of the figure.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="circumstances">Command, machine, date, rounds.</param>
    public static string Section(string title, IEnumerable<FigureRow> rows, string circumstances)
    {
        var text = new StringBuilder($"### {title}\n\n| figure | Straum | baseline or peer | ratio (quartiles) | target | |\n|---|---|---|---|---|---|\n");
        foreach (var row in rows)
        {
            text.Append(row.ToMarkdown()).Append('\n');
        }
        return text.Append('\n').Append(circumstances).Append('\n').ToString();
    }
}
