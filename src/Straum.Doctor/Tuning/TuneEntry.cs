namespace Straum.Doctor.Tuning;

/// <summary>One setting in the journal.</summary>
/// <param name="Key">With dots.</param>
/// <param name="Previous">What the kernel printed before, to the byte.</param>
/// <param name="Written">What was written, or was to be.</param>
/// <param name="Done">The kernel has taken it.</param>
/// <param name="Confirmed">While it is not done: what the kernel has taken of an apply before; null when there was none.</param>
public sealed record TuneEntry(string Key, string Previous, string Written, bool Done, string? Confirmed = null)
{
    /// <summary>What the kernel has taken last, as far as is known.</summary>
    public string? Taken => Done ? Written : Confirmed;

    /// <summary>Whether a value is one that an apply wrote.</summary>
    public bool IsOwn(string now) => now == Written || now == Confirmed;
}
