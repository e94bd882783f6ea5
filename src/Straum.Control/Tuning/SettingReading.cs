namespace Straum.Control.Tuning;

/// <summary>All that is known of a setting on a machine.</summary>
/// <param name="Now">Its value; null when this kernel has no such setting.</param>
/// <param name="Administrator">A line that names it; null when no file does.</param>
/// <param name="Applied">What was done to it before; null for nothing.</param>
/// <param name="Offered">What <see cref="TuningSetting.OfferedBy"/> lists; null when that is not read.</param>
/// <param name="AtStart">The line that decides at the next start of the machine; null when it is Straum's, or none.</param>
public sealed record SettingReading(
    string? Now, AdministratorsLine? Administrator = null, AppliedSetting? Applied = null, string? Offered = null, AdministratorsLine? AtStart = null);
