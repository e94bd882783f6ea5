namespace Straum.Datapath.Tables;

/// <summary>A table that lacks room.</summary>
/// <param name="Table">How full it is.</param>
/// <param name="Why">Goes on after its name, as in "the table pods has 60 of 64 entries".</param>
public sealed record TableNeed(TableUse Table, string Why);
