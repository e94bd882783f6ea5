namespace Straum.Agent.Configuration.Import;

/// <summary>What came of an import.</summary>
/// <param name="Yaml">straum.yaml with the keys that were carried over; always one that the agent takes.</param>
/// <param name="Findings">One per key of every file, in the order of the files.</param>
public sealed record ImportResult(string Yaml, IReadOnlyList<ImportFinding> Findings);
