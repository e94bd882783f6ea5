namespace Straum.Doctor.Tuning;

/// <summary>What was done to one setting, or found of it.</summary>
/// <param name="Key">With dots; or the path of an own file, without values.</param>
/// <param name="Before">Its value before.</param>
/// <param name="Now">Its value after; null when the kernel has no such setting any more.</param>
/// <param name="IsRight">It is as it was meant to be.</param>
/// <param name="What">In words: changed, put back, left alone because.</param>
/// <param name="IsRefused">The kernel did not take the value.</param>
public sealed record TuneResult(string Key, string? Before, string? Now, bool IsRight, string What, bool IsRefused = false);
