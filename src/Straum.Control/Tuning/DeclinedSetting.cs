namespace Straum.Control.Tuning;

/// <summary>A setting that is often advised and that Straum leaves alone.</summary>
/// <param name="Key">As the advice has it.</param>
/// <param name="Why">What is wrong with it today.</param>
public sealed record DeclinedSetting(string Key, string Why);
