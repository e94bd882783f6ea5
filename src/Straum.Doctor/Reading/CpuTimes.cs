namespace Straum.Doctor.Reading;

/// <summary>The <c>cpu</c> line of <c>/proc/stat</c>: ticks of all CPUs since boot.</summary>
/// <param name="Total">Everything but guest time, which user time contains.</param>
/// <param name="Steal">A hypervisor ran something else while this machine wanted to run.</param>
internal readonly record struct CpuTimes(long Total, long Steal)
{
    private const int StealColumn = 8, GuestColumn = 9;

    public static CpuTimes? Read(string? text)
    {
        if (text is null)
        {
            return null;
        }
        var fields = NumberFields.Split(text.Split('\n').First(static l => l.StartsWith("cpu ", StringComparison.Ordinal)));
        return new CpuTimes(fields.Take(GuestColumn).Skip(1).Sum(NumberFields.Parse), fields.Length > StealColumn ? NumberFields.Parse(fields[StealColumn]) : 0);
    }

    /// <summary>Percent of the time between two readings that was stolen.</summary>
    public static double StealPercent(CpuTimes before, CpuTimes after) =>
        after.Total > before.Total ? 100.0 * (after.Steal - before.Steal) / (after.Total - before.Total) : 0;
}
