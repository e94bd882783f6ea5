namespace Straum.Control.Tuning;

/// <summary>What values are computed from.</summary>
/// <param name="Cores">Processors online, at least one.</param>
/// <param name="MemoryBytes">MemTotal.</param>
/// <param name="HasFairQueueing">The kernel has the discipline fq, or nobody could tell.</param>
public sealed record TuningFacts(int Cores, long MemoryBytes, bool HasFairQueueing = true);
