using System.Globalization;

namespace Straum.Doctor.Reading;

/// <summary>A file of <c>/proc/pressure</c> (PSI): percent of time in which tasks waited for the resource.</summary>
/// <param name="Some">At least one task waited: averages over 10 and 60 seconds.</param>
/// <param name="Full">All tasks that were not idle waited.</param>
internal readonly record struct Pressure((double Ten, double Sixty) Some, (double Ten, double Sixty) Full)
{
    public static Pressure? Read(string? text)
    {
        if (text is null)
        {
            return null;
        }
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(NumberFields.Split).ToList();
        return new Pressure(Averages(lines, "some"), Averages(lines, "full"));
    }

    private static (double, double) Averages(List<string[]> lines, string kind)
    {
        var line = lines.Find(l => l[0] == kind);
        return line is null ? default : (Value(line, "avg10="), Value(line, "avg60="));
    }

    private static double Value(string[] line, string name) => double.Parse(
        line.First(f => f.StartsWith(name, StringComparison.Ordinal)).AsSpan(name.Length), CultureInfo.InvariantCulture);
}
