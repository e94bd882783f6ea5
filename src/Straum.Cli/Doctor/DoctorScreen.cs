using System.Globalization;
using Spectre.Console;
using Straum.Cli.Terminal;
using Straum.Doctor;

namespace Straum.Cli.Doctor;

/// <summary>A report for people: <c>table</c> has a line for every finding, <c>short</c> only for what is not as it should be.</summary>
internal sealed class DoctorScreen(IAnsiConsole screen, VerdictMarks marks)
{
    /// <summary>What rounds of <c>--watch</c> begin with: when, after a blank line where one was before.</summary>
    public void DrawRound(DoctorReport report, bool first)
    {
        if (!first)
        {
            screen.WriteLine();
        }
        screen.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[bold]{report.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}[/]"));
    }

    public void DrawTable(DoctorReport report)
    {
        foreach (var group in report.Results.GroupBy(static r => r.Check.Group))
        {
            screen.MarkupLine($"[bold]{group.Key.Heading}[/]");
            foreach (var result in group)
            {
                Draw(result, result.Findings);
            }
            screen.WriteLine();
        }
        DrawSum(report);
    }

    public void DrawShort(DoctorReport report)
    {
        foreach (var result in report.Results.Where(static r => !r.Ignored))
        {
            Draw(result, result.Findings.Where(static f => f.Verdict is Verdict.Warn or Verdict.Fail or Verdict.Unknown));
        }
        DrawSum(report);
    }

    /// <summary>For whoever has a lab and looked at the machine below it.</summary>
    public void DrawLabHint(IReadOnlyList<string> nodes) =>
        screen.MarkupLine(Markup.Escape($"This was the machine itself. A lab runs on it: straum doctor --node {nodes[0]} looks at one of its nodes ({string.Join(", ", nodes)})."));

    /// <summary>Fixes are written for the host that was looked at, and a lab's node is not the one that they are pasted on.</summary>
    public void DrawNodeHint(string node) =>
        screen.MarkupLine(Markup.Escape($"Paste what is to be run in {node}'s network (ip, tc, sysctl net.…) there: straum lab exec {node} -- sh. Disk, CPU and kernel are the machine's."));

    private void Draw(CheckResult result, IEnumerable<Finding> findings)
    {
        var check = result.Check;
        if (result.Ignored)
        {
            screen.MarkupLine($"[grey]{marks.Of(Verdict.Skip)} {check.Id}  {Markup.Escape(check.Title)}: ignored[/]");
        }
        foreach (var finding in findings)
        {
            var colour = VerdictMarks.ColourOf(finding.Verdict);
            var subject = finding.Subject is "" ? "" : $" [bold]{Markup.Escape(finding.Subject)}[/]:";
            var rule = finding.Verdict is Verdict.Skip or Verdict.Unknown ? "" : $"  [grey]({Markup.Escape($"{check.Explanation.Threshold}; {check.Explanation.MainSource}")})[/]";
            screen.MarkupLine($"[{colour}]{marks.Of(finding.Verdict)}[/] {check.Id}  {Markup.Escape(check.Title)}:{subject} [{colour}]{Markup.Escape(finding.Measured)}[/]{rule}");
            if (finding.Fix is not null || finding.Verdict is Verdict.Warn or Verdict.Fail)
            {
                screen.MarkupLine($"    {marks.Arrow} {Markup.Escape(finding.Fix ?? check.Explanation.Fix)}");
            }
        }
    }

    private void DrawSum(DoctorReport report)
    {
        var ignored = report.Results.Count(static r => r.Ignored);
        var parts = new[] { Verdict.Fail, Verdict.Warn, Verdict.Unknown, Verdict.Pass }.Select(v => Markup.Escape($"{report.Count(v)} {WordOf(v)}"))
            .Append($"{report.Count(Verdict.Skip)} {(report.Count(Verdict.Skip) == 1 ? "does" : "do")} not apply").Concat(ignored > 0 ? [$"{ignored} ignored"] : []);
        screen.MarkupLine($"[{VerdictMarks.ColourOf(report.Verdict)}]{Markup.Escape(report.Host)}[/]: {string.Join(", ", parts)}  [grey](Linux {Markup.Escape(report.Kernel)}, {Age.Of(report.Took.TotalSeconds)})[/]");
    }

    private static string WordOf(Verdict verdict) => verdict switch
    {
        Verdict.Fail => "failed",
        Verdict.Warn => "to watch",
        Verdict.Unknown => "unknown",
        _ => "passed",
    };
}
