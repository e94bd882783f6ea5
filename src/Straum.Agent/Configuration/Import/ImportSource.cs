namespace Straum.Agent.Configuration.Import;

/// <summary>One file to import.</summary>
/// <param name="File">What to call it in the report: its path.</param>
/// <param name="Text">Its content.</param>
/// <param name="HasLines">Whether a line number in the report helps to find a key; false for what was no file.</param>
public sealed record ImportSource(string File, string Text, bool HasLines = true);
