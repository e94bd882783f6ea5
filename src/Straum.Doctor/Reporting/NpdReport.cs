using Straum.Doctor.Reading;

namespace Straum.Doctor.Reporting;

/// <summary>
/// A report for node-problem-detector's custom plugin monitor: one line, and exit code 0 for OK, 1 for a problem, 2 for
/// unknown. Only failures are problems: a node condition that a warning sets would never go away.
/// </summary>
public static class NpdReport
{
    /// <summary>node-problem-detector cuts messages here (max_output_length).</summary>
    private const int MaxLength = 80;

    public static (int ExitCode, string Message) Of(DoctorReport report)
    {
        var failed = report.Results.Where(static r => r.Verdict == Verdict.Fail).ToList();
        if (failed.Count > 0)
        {
            return (1, Cut(Describe(failed[0], Verdict.Fail) + (failed.Count > 1 ? $" (+{failed.Count - 1})" : "")));
        }
        var ran = report.Results.Where(static r => !r.Ignored).ToList();
        var unknown = ran.Where(static r => r.Verdict == Verdict.Unknown).ToList();
        return unknown.Count > 0 && unknown.Count == ran.Count
            ? (2, Cut(Describe(unknown[0], Verdict.Unknown)))
            : (0, $"{Figure.Count(ran.Count, "check")}, {Figure.Count(report.Count(Verdict.Warn), "warning")}, {unknown.Count} unknown");
    }

    private static string Describe(CheckResult result, Verdict verdict)
    {
        var finding = result.Findings.First(f => f.Verdict == verdict);
        return finding.Subject is "" ? $"{result.Check.Id} {finding.Measured}" : $"{result.Check.Id} {finding.Subject}: {finding.Measured}";
    }

    private static string Cut(string text) => text.Length <= MaxLength ? text : text[..(MaxLength - 3)] + "...";
}
