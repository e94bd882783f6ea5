namespace Straum.Agent.Configuration.Import;

/// <summary>What became of one key, for the report.</summary>
/// <param name="File">As it was named on the command line.</param>
/// <param name="Line">From 1; 0 for a default that the file does not write out.</param>
/// <param name="Key">Its path: loadBalancer.mode.</param>
/// <param name="Value">As it was written; shortened to its form for lists and groups.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Becomes">The line of straum.yaml, <c>routing.mode: native</c>; null when there is none.</param>
/// <param name="Why">Never empty unless the key was kept under another name and nothing else.</param>
public sealed record ImportFinding(string File, int Line, string Key, string Value, ImportVerdict Verdict, string? Becomes, string Why)
{
    /// <summary>The form that editors jump to: <c>values.yaml:3</c>.</summary>
    public string Where => Line > 0 ? $"{File}:{Line}" : File;
}
