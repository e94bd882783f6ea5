namespace Straum.Datapath.Tables;

/// <summary>What one pass changed.</summary>
/// <param name="Written">Entries added or changed.</param>
/// <param name="Deleted">Entries removed.</param>
/// <param name="Full">Keys that found no room.</param>
public sealed record TablePass<TKey>(int Written, int Deleted, IReadOnlyList<TKey> Full);
