using System.Text.RegularExpressions;

namespace Straum.AbiGen.Headers;

/// <summary>One line of a list like <c>REASON(NO_ROUTE, "what happened", "what to look at")</c>.</summary>
/// <param name="Name">As in the list: NO_ROUTE.</param>
/// <param name="Enumerator">As in the enum: DROP_NO_ROUTE.</param>
/// <param name="What">What it means.</param>
/// <param name="Hint">What to look at; may be empty.</param>
internal sealed partial record DefEntry(string Name, string Enumerator, string What, string Hint)
{
    /// <summary>Reads a list in the order of the file.</summary>
    public static IReadOnlyList<DefEntry> Read(string path, string macro, string prefix) =>
    [
        .. Line().Matches(File.ReadAllText(path))
            .Where(m => m.Groups["macro"].Value == macro)
            .Select(m => new DefEntry(m.Groups["name"].Value, prefix + m.Groups["name"].Value, m.Groups["what"].Value, m.Groups["hint"].Value)),
    ];

    [GeneratedRegex("""^(?<macro>\w+)\(\s*(?<name>\w+)\s*,\s*"(?<what>[^"]*)"\s*(?:,\s*"(?<hint>[^"]*)"\s*)?\)""", RegexOptions.Multiline)]
    private static partial Regex Line();
}
