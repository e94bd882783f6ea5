namespace Straum.Datapath.Tables;

/// <summary>What is to be done about the tables that lack room.</summary>
/// <param name="Growing">Those that can be given twice the room.</param>
/// <param name="Stuck">Those that cannot.</param>
/// <param name="Resting">The names of those that may have room by themselves, once what has just been let go of has rested.</param>
public sealed record TableGrowth(IReadOnlyList<TableNeed> Growing, IReadOnlyList<TableNeed> Stuck, IReadOnlyCollection<string> Resting)
{
    public static TableGrowth None { get; } = new([], [], []);

    /// <summary>Whether the next pass may find room in this table without anybody's doing.</summary>
    public bool Settles(string table) => Resting.Contains(table) || Growing.Any(need => need.Table.Name == table);
}
