using System.Globalization;

namespace Straum.Doctor.Reading;

/// <summary>Figures as findings print them: with a unit, and no more digits than a reader compares.</summary>
internal static class Figure
{
    public static string Percent(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.##} %");

    /// <summary>131,072.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>1 server, 2 servers.</summary>
    /// <param name="value">How many.</param>
    /// <param name="noun">What one is called.</param>
    /// <param name="plural">What several are called, where an s at the end does not do.</param>
    public static string Count(long value, string noun, string? plural = null) => $"{Count(value)} {(value == 1 ? noun : plural ?? noun + "s")}";

    public static string Count(ulong value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>0.42 ms, 12.3 ms, 1.20 s, 85 µs.</summary>
    public static string Time(TimeSpan time) => time.TotalMicroseconds switch
    {
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0} µs"),
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.00} ms"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s"),
    };

    /// <summary>22.0 MiB.</summary>
    public static string Bytes(long value) => value switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{value} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{value / 1024.0:0.#} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{value / 1048576.0:0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1073741824.0:0.#} GiB"),
    };

    /// <summary>a, b, c and 4 more.</summary>
    public static string Names(IReadOnlyCollection<string> names, int atMost = 3) => names.Count <= atMost
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(atMost))} and {names.Count - atMost} more";
}
