namespace Straum.Doctor;

/// <summary>What became of one check.</summary>
/// <param name="Check">Which.</param>
/// <param name="Findings">At least one, unless it was ignored.</param>
/// <param name="Took">How long it ran.</param>
/// <param name="Ignored">The user did not want it to run.</param>
public sealed record CheckResult(Check Check, IReadOnlyList<Finding> Findings, TimeSpan Took, bool Ignored = false)
{
    /// <summary>The worst of the findings.</summary>
    public Verdict Verdict => Findings.Count == 0 ? Verdict.Skip : Findings.Max(static f => f.Verdict);
}
