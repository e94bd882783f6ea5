namespace Straum.Bench.Statistics;

/// <summary>Measures several subjects turn by turn, so that all of them meet the same machine.</summary>
internal static class Rounds
{
    /// <summary>
    /// A B C, C B A, A B C, …: every other round backwards, so that what grows within a round does not favour the first. A
    /// round before the first is not counted.
    /// </summary>
    /// <param name="rounds">How many count.</param>
    /// <param name="subjects">One measurement of each.</param>
    /// <returns>The values by subject, then by round.</returns>
    public static async Task<double[][]> RunAsync(int rounds, params IReadOnlyList<Func<Task<double>>> subjects)
    {
        var values = subjects.Select(_ => new double[rounds]).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < subjects.Count; i++)
            {
                var subject = round % 2 == 0 ? i : subjects.Count - 1 - i;
                var value = await subjects[subject]();
                if (round >= 0)
                {
                    values[subject][round] = value;
                }
            }
        }
        return values;
    }
}
