namespace Straum.Doctor.Bench;

/// <summary>One figure of two records.</summary>
/// <param name="Name">Of the figure.</param>
/// <param name="Unit">Of both values.</param>
/// <param name="Before">Null when only the second record has it.</param>
/// <param name="After">Null when only the first has it.</param>
/// <param name="LowerIsBetter">Which way is worse.</param>
public sealed record BenchDifference(string Name, string Unit, double? Before, double? After, bool LowerIsBetter)
{
    /// <summary>
    /// By how many percent it got worse; negative for better, null when there was nothing to compare with. Infinite when it was
    /// nought before, and for what was measured before and is not now.
    /// </summary>
    public double? WorsePercent => (Before, After) switch
    {
        (null, _) => null,
        (_, null) => double.PositiveInfinity,
        var (before, after) when before == after => 0,
        var (before, after) => (LowerIsBetter ? 100 : -100) * (after - before) / before,
    };

    /// <summary>The figures of both in the order of the first, then what only the second has.</summary>
    public static IReadOnlyList<BenchDifference> Of(BenchRecord before, BenchRecord after)
    {
        var later = after.Figures.ToDictionary(static f => f.Name);
        var earlier = before.Figures.Select(static f => f.Name).ToHashSet();
        return
        [
            .. before.Figures.Select(f => new BenchDifference(f.Name, f.Unit, f.Value, later.GetValueOrDefault(f.Name)?.Value, f.LowerIsBetter)),
            .. after.Figures.Where(f => !earlier.Contains(f.Name)).Select(static f => new BenchDifference(f.Name, f.Unit, null, f.Value, f.LowerIsBetter)),
        ];
    }
}
