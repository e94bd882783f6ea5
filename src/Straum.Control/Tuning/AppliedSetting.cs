namespace Straum.Control.Tuning;

/// <summary>What `straum tune` did to a setting.</summary>
/// <param name="Previous">What to put back.</param>
/// <param name="Written">What it wrote, or was about to.</param>
/// <param name="IsCertain">The write is known to have happened since the machine started: another value now is somebody's doing.</param>
public sealed record AppliedSetting(string Previous, string Written, bool IsCertain);
