using Straum.Doctor;

namespace Straum.Cli.Doctor;

/// <summary>The mark and colour of each verdict; letters where the terminal's encoding has no signs.</summary>
internal sealed record VerdictMarks(bool Signs)
{
    /// <summary>By the locale, in the order that the C library looks at it.</summary>
    public static VerdictMarks OfEnvironment()
    {
        var names = new[] { "LC_ALL", "LC_CTYPE", "LANG" };
        var locale = names.Select(Environment.GetEnvironmentVariable).FirstOrDefault(static v => !string.IsNullOrEmpty(v)) ?? "";
        return new VerdictMarks(locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("utf8", StringComparison.OrdinalIgnoreCase));
    }

    public string Of(Verdict verdict) => (verdict, Signs) switch
    {
        (Verdict.Pass, true) => "✓",
        (Verdict.Warn, true) => "‼",
        (Verdict.Fail, true) => "✗",
        (Verdict.Unknown, true) => "?",
        (_, true) => "–",
        (Verdict.Pass, _) => "ok  ",
        (Verdict.Warn, _) => "WARN",
        (Verdict.Fail, _) => "FAIL",
        (Verdict.Unknown, _) => "????",
        _ => "-   ",
    };

    public static string ColourOf(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "green",
        Verdict.Warn => "yellow",
        Verdict.Fail => "red",
        Verdict.Unknown => "magenta",
        _ => "grey",
    };

    /// <summary>Leads to a fix.</summary>
    public string Arrow => Signs ? "→" : "->";
}
