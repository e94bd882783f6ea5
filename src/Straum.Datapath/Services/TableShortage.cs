namespace Straum.Datapath.Services;

/// <summary>A table that had no room for a frontend. It may be far from full.</summary>
/// <param name="Table">Its name in the kernel.</param>
/// <param name="Why">Goes on after the name, as in "the table slots (64 entries) has not 300 free in a row".</param>
public sealed record TableShortage(string Table, string Why);
