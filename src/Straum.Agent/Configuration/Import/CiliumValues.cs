using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Import;

/// <summary>What several files of Helm values say together: of each key the first file that writes it counts.</summary>
internal sealed class CiliumValues(IReadOnlyList<ConfigGroup> files)
{
    /// <summary>The value of a key, also where extraConfig has it under the agent's name for it; null when no file writes one.</summary>
    public ConfigNode? Find(string key)
    {
        foreach (var file in files)
        {
            // The chart writes extraConfig last, so that it counts.
            var options = CiliumAgentOptions.Of(key).Select(option => (file.Find(CiliumAgentOptions.Group) as ConfigGroup)?.Find(option));
            if (options.Append(Below(file, key)).FirstOrDefault(static n => n is not (null or ConfigScalar { Text: "" } or ConfigScalar { IsNull: true })) is { } node)
            {
                return node;
            }
        }
        return null;
    }

    /// <summary>A switch: what is written, or else its default.</summary>
    public bool IsOn(string key, bool otherwise) => Find(key) is { } node ? !new ImportValue(key, node, 0).IsOff : otherwise;

    private static ConfigNode? Below(ConfigNode file, string key) =>
        key.Split('.').Aggregate<string, ConfigNode?>(file, static (at, name) => (at as ConfigGroup)?.Find(name));
}
