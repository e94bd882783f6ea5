using System.Text.RegularExpressions;

namespace Straum.Control.Tuning;

/// <summary>The text of sysctl.d(5) and sysctl.conf(5) files.</summary>
public static partial class SysctlText
{
    /// <summary>Every line that is neither empty nor a comment: its number from 1, and its setting, null when it has not that form.</summary>
    public static IEnumerable<(int Number, string Text, SysctlLine? Setting)> Lines(string text) => text.Split('\n')
        .Select(static (line, index) => (Number: index + 1, Text: line.Trim()))
        .Where(static l => l.Text is not "" && l.Text[0] is not ('#' or ';'))
        .Select(static l => (l.Number, l.Text, Parse(l.Text)));

    /// <summary>The key of a line <c>-key</c> without a value, which takes it out of patterns (sysctl.d(5)); null for any other line.</summary>
    public static string? Exempted(string text) =>
        text is ['-', not (' ' or '-'), ..] && text.AsSpan().IndexOfAny('.', '/') > 0 && !text.AsSpan().ContainsAny(" \t=:") ? Dotted(text[1..]) : null;

    /// <summary>A key with dots, where a slash stands for a dot of a device's name; as sysctl(8), by the first separator.</summary>
    public static string Dotted(string key) => key.AsSpan().IndexOfAny('.', '/') is >= 0 and var first && key[first] == '/'
        ? string.Concat(key.Select(static c => c switch { '/' => '.', '.' => '/', _ => c }))
        : key;

    /// <summary>A value with single blanks between its words: the kernel prints tabs where people write blanks.</summary>
    public static string Plain(string value) => string.Join(' ', value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static SysctlLine? Parse(string text) =>
        Line().Match(text) is { Success: true } match ? new SysctlLine(Dotted(match.Groups["key"].Value), match.Groups["value"].Value.Trim()) { MayBeAbsent = text[0] == '-' } : null;

    [GeneratedRegex(@"^-?(?<key>[A-Za-z0-9_][\[\]A-Za-z0-9_./*?:@!^-]*)\s*=(?<value>.*)$")]
    private static partial Regex Line();
}
