namespace Straum.Doctor.Reporting;

/// <summary>Findings in a sentence.</summary>
public static class FindingText
{
    /// <summary>eth0: MTU 1500 (warn below 1400); the reason alone for what was not measured.</summary>
    public static string Line(Finding finding, Check check)
    {
        var head = finding.Subject is "" ? finding.Measured : $"{finding.Subject}: {finding.Measured}";
        return finding.Verdict is Verdict.Unknown or Verdict.Skip ? head : $"{head} ({check.Explanation.Threshold})";
    }
}
