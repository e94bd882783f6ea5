using System.Globalization;
using System.Text;

namespace Straum.Agent.Configuration;

/// <summary>Durations as Kubernetes writes them: 500ms, 60s, 1m30s, 2h.</summary>
internal static class Duration
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("h", TimeSpan.FromHours(1)), ("ms", TimeSpan.FromMilliseconds(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)),
    ];

    /// <summary>Reads one or more numbers with units, each unit at most once. False for anything else, a number without unit included.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        var seen = new HashSet<string>();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                return false;
            }
            rest = rest[digits..];
            var unit = UnitAt(rest);
            if (unit.Unit is null || !seen.Add(unit.Unit))
            {
                return false;
            }
            duration += count * unit.Length;
            rest = rest[unit.Unit.Length..];
        }
        return seen.Count > 0;
    }

    /// <summary>The shortest form that reads back as the same duration, to the millisecond: 1m30s.</summary>
    public static string Print(TimeSpan duration)
    {
        var text = new StringBuilder();
        Append((int)duration.TotalHours, "h");
        Append(duration.Minutes, "m");
        Append(duration.Seconds, "s");
        Append(duration.Milliseconds, "ms");
        return text.Length > 0 ? text.ToString() : "0s";

        void Append(int count, string unit)
        {
            if (count != 0)
            {
                text.Append(count).Append(unit);
            }
        }
    }

    private static (string? Unit, TimeSpan Length) UnitAt(ReadOnlySpan<char> text)
    {
        foreach (var unit in Units)
        {
            if (text.StartsWith(unit.Unit, StringComparison.Ordinal))
            {
                return unit;
            }
        }
        return default;
    }
}
