namespace Straum.Doctor.Evidence;

/// <summary>What became of one source: a line of MANIFEST.txt.</summary>
/// <param name="Name">Its path in the archive.</param>
/// <param name="Source">What was read or run.</param>
/// <param name="Note">Why it is missing, or what was left out of it; null for nothing to say.</param>
/// <param name="Missing">It is not in the archive.</param>
public sealed record EvidenceEntry(string Name, string Source, string? Note = null, bool Missing = false)
{
    public override string ToString() => Note is null ? $"{Name}: {Source}" : $"{Name}: {Source}: {Note}";
}
