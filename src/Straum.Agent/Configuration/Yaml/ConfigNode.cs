namespace Straum.Agent.Configuration.Yaml;

/// <summary>A YAML value and where it starts: line and column from 1.</summary>
internal abstract record ConfigNode(int Line, int Column);

/// <summary>A scalar; <paramref name="IsPlain"/> when it is not quoted, so that <c>true</c> and <c>1</c> are no text.</summary>
internal sealed record ConfigScalar(string Text, bool IsPlain, int Line, int Column) : ConfigNode(Line, Column)
{
    /// <summary>Nothing was written, or null: the key keeps its default.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null";
}

internal sealed record ConfigList(IReadOnlyList<ConfigNode> Items, int Line, int Column) : ConfigNode(Line, Column);

/// <summary>A mapping, duplicates and all, in the order of the file.</summary>
internal sealed record ConfigGroup(IReadOnlyList<(ConfigScalar Key, ConfigNode Value)> Entries, int Line, int Column) : ConfigNode(Line, Column)
{
    /// <summary>The value of a key, or null.</summary>
    public ConfigNode? Find(string key) => Entries.FirstOrDefault(e => e.Key.Text == key).Value;
}
