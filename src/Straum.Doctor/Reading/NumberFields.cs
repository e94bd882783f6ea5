using System.Globalization;

namespace Straum.Doctor.Reading;

/// <summary>Numbers as the files of <c>/proc</c> and <c>/sys</c> write them.</summary>
internal static class NumberFields
{
    /// <summary>The first whitespace-separated number; null for a file that is not there.</summary>
    /// <exception cref="FormatException">The file holds something else.</exception>
    public static long? First(string? text) => text is null ? null : Parse(Split(text) is [var first, ..] ? first : "");

    public static string[] Split(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Decimal.</summary>
    public static long Parse(string field) => long.TryParse(field, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new FormatException($"'{field}' is no number");

    public static ulong ParseHex(string field) => ulong.TryParse(field, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new FormatException($"'{field}' is no hexadecimal number");
}
