namespace Straum.Control.Tuning;

/// <summary>A line of the administrator's that names a setting.</summary>
/// <param name="Where">/etc/sysctl.d/99-mine.conf:3.</param>
/// <param name="Value">What it sets.</param>
public sealed record AdministratorsLine(string Where, string Value);
