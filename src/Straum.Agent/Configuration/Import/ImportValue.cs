using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Import;

/// <summary>One key of a foreign configuration and what is written there.</summary>
/// <param name="Key">Its path.</param>
/// <param name="Node">Its value.</param>
/// <param name="Line">Of the key, from 1; 0 when it is not in a file.</param>
internal sealed record ImportValue(string Key, ConfigNode Node, int Line)
{
    /// <summary>What all files of this kind together have under another key; null where none writes it.</summary>
    public Func<string, ConfigNode?> Find { get; init; } = static _ => null;

    /// <summary>A scalar's text without quotes; empty for anything else.</summary>
    public string Text => Node is ConfigScalar scalar ? scalar.Text : "";

    /// <summary>Switched off, in the ways that Helm values and component configurations say so.</summary>
    public bool IsOff => Node switch
    {
        ConfigScalar scalar => scalar.IsNull || scalar.Text is "" or "false" or "disabled" or "none" or "0" or "never",
        ConfigList list => list.Items.Count == 0,
        ConfigGroup group => group.Entries.Count == 0,
        _ => false,
    };

    /// <summary>Another key of the same configuration; null where no file writes it.</summary>
    public ImportValue? Other(string key) => Find(key) is { } node ? new ImportValue(key, node, 0) : null;

    /// <summary>For the report.</summary>
    public string Shown => Node switch
    {
        ConfigScalar scalar => scalar.Text,
        ConfigList { Items: [] } => "[]",
        ConfigList list => list.Items.All(static i => i is ConfigScalar)
            ? $"[{string.Join(", ", list.Items.Select(static i => ((ConfigScalar)i).Text))}]"
            : $"{list.Items.Count} items",
        ConfigGroup { Entries: [] } => "{}",
        _ => "keys",
    };

    /// <summary>The value as a list: of its items, or of itself alone, or of its blank- or comma-separated words.</summary>
    public ConfigList AsList() => Node switch
    {
        ConfigList list => list,
        ConfigScalar { IsNull: false, Text: not "" } scalar => new ConfigList(
            [.. scalar.Text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(word => new ConfigScalar(word, IsPlain: true, scalar.Line, scalar.Column))], scalar.Line, scalar.Column),
        _ => new ConfigList([], Node.Line, Node.Column),
    };
}
