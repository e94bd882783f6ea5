namespace Straum.Doctor;

/// <summary>What <c>straum doctor --explain ID</c> prints and docs/reference/doctor.md says: it needs no network to be read.</summary>
/// <param name="Why">What goes wrong for the user when the check fails, in two or three sentences.</param>
/// <param name="Threshold">The rule behind the verdicts, in one line: <c>warn at 75 %, fail at 90 %</c>.</param>
/// <param name="Source">Who says so: a project with the file or page, a kernel document, or "measured" with what and where.</param>
/// <param name="Fix">Commands that can be pasted, or one sentence where no command helps.</param>
public sealed record Explanation(string Why, string Threshold, string Source, string Fix)
{
    /// <summary>The first of the sources: a semicolon separates them.</summary>
    public string MainSource => Source.Split(';')[0];
}
