namespace Straum.Control.Tuning;

/// <summary>What values are computed from.</summary>
/// <param name="Cores">Processors online, at least one.</param>
/// <param name="MemoryBytes">MemTotal.</param>
public sealed record TuningFacts(int Cores, long MemoryBytes);
