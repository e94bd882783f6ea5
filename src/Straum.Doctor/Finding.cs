namespace Straum.Doctor;

/// <summary>One thing that a check found. A check of several devices or pods has one for each that is not as it should be.</summary>
/// <param name="Verdict">What to think of it.</param>
/// <param name="Measured">The value with its unit; for <see cref="Verdict.Unknown"/> and <see cref="Verdict.Skip"/> the reason.</param>
/// <param name="Subject">The device, pod, peer or table that it was measured on; empty for the host.</param>
/// <param name="Fix">A command with this host's values filled in; null for the one in the check's explanation.</param>
public sealed record Finding(Verdict Verdict, string Measured, string Subject = "", string? Fix = null)
{
    public static Finding Pass(string measured, string subject = "") => new(Verdict.Pass, measured, subject);

    public static Finding Warn(string measured, string subject = "", string? fix = null) => new(Verdict.Warn, measured, subject, fix);

    public static Finding Fail(string measured, string subject = "", string? fix = null) => new(Verdict.Fail, measured, subject, fix);

    /// <param name="why">Why it cannot be known.</param>
    /// <param name="subject">What it was tried on.</param>
    /// <param name="fix">What would make it known.</param>
    public static Finding Unknown(string why, string subject = "", string? fix = null) => new(Verdict.Unknown, why, subject, fix);

    /// <param name="why">Why there is nothing to look at.</param>
    public static Finding Skip(string why) => new(Verdict.Skip, why);
}
