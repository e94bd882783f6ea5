namespace Straum.Doctor.Tuning;

/// <summary>One setting in the journal.</summary>
/// <param name="Key">With dots.</param>
/// <param name="Previous">What the kernel printed before, to the byte.</param>
/// <param name="Written">What was written, or was to be.</param>
/// <param name="Done">The kernel has taken it.</param>
public sealed record TuneEntry(string Key, string Previous, string Written, bool Done);
