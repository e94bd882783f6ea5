using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration;

/// <summary>A position inside an embedded text, as one in the file around it.</summary>
internal delegate (int Line, int Column) Place(int line, int column);

/// <summary>Finds straum.yaml inside the manifest of a ConfigMap.</summary>
internal static class ConfigMapText
{
    public const string Key = "straum.yaml";

    /// <summary>Whether the document is a ConfigMap.</summary>
    public static bool IsConfigMap(ConfigNode? root) => root is ConfigGroup group && group.Find("kind") is ConfigScalar { Text: "ConfigMap" };

    /// <summary>The text under a key of <c>data</c>, and how its positions become those of the manifest; null when it is not there.</summary>
    public static (string Text, Place Place)? Find(ConfigNode root, string manifest, string key = Key)
    {
        if (((root as ConfigGroup)?.Find("data") as ConfigGroup)?.Find(key) is not ConfigScalar scalar)
        {
            return null;
        }
        var lines = manifest.Split('\n');
        if (lines[scalar.Line - 1].AsSpan(scalar.Column - 1) is not ['|', ..])
        {
            // Quoted or folded text has no lines of its own to point at.
            return (scalar.Text, (_, _) => (scalar.Line, scalar.Column));
        }
        var first = lines.Skip(scalar.Line).First(static l => l.Trim() is not "");
        var indentation = first.Length - first.TrimStart(' ').Length;
        return (scalar.Text, (line, column) => (scalar.Line + line, indentation + column));
    }
}
