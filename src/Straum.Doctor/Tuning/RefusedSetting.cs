namespace Straum.Doctor.Tuning;

/// <summary>A setting that the kernel would not take at an apply.</summary>
/// <param name="Key">With dots.</param>
/// <param name="Wanted">What was to be written.</param>
/// <param name="Why">In words.</param>
public sealed record RefusedSetting(string Key, string Wanted, string Why);
