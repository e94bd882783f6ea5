namespace Straum.Doctor.Reading;

/// <summary>
/// Files under <c>/proc/net/stat</c>: a line of names, then a line of hexadecimal counters per CPU. Read by name: kernels
/// have inserted columns in the middle.
/// </summary>
internal static class PerCpuCounters
{
    /// <summary>Each counter's sum over the CPUs. Null for a file that is not there.</summary>
    public static IReadOnlyDictionary<string, ulong>? Sum(string? text)
    {
        if (text is null)
        {
            return null;
        }
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var names = NumberFields.Split(lines[0]);
        var sums = names.ToDictionary(static n => n, static _ => 0UL);
        foreach (var line in lines.Skip(1))
        {
            var fields = NumberFields.Split(line);
            for (var i = 0; i < Math.Min(fields.Length, names.Length); i++)
            {
                sums[names[i]] += NumberFields.ParseHex(fields[i]);
            }
        }
        return sums;
    }
}
