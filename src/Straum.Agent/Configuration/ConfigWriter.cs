using System.Text;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration;

/// <summary>Options to the text of straum.yaml: the keys that were set, each with where it is from.</summary>
internal static class ConfigWriter
{
    /// <summary>The text, with a line break at its end; empty keys make an empty, right configuration.</summary>
    /// <param name="options">The values.</param>
    /// <param name="origins">The keys to write, by path, and where each is from.</param>
    /// <param name="title">The first line, a comment.</param>
    public static string Print(AgentOptions options, IReadOnlyDictionary<string, string> origins, string title)
    {
        var text = new StringBuilder($"# {title}\n");
        string[] open = [];
        foreach (var key in ConfigKeys.All.Where(k => origins.ContainsKey(k.Path)))
        {
            var parts = key.Path.Split('.');
            var groups = parts[..^1];
            for (var depth = 0; depth < groups.Length; depth++)
            {
                if (!open.AsSpan().StartsWith(groups.AsSpan(0, depth + 1)))
                {
                    Line(depth, groups[depth] + ":");
                }
            }
            open = groups;
            var value = key.Print(options);
            if (ConfigText.Parse(value) is ConfigList { Items.Count: > 1 } list)
            {
                Line(groups.Length, $"{parts[^1]}: # {origins[key.Path]}");
                foreach (var item in list.Items.Cast<ConfigScalar>())
                {
                    Line(groups.Length + 1, item.Text[0] is ':' ? $"- \"{item.Text}\"" : $"- {item.Text}");
                }
            }
            else
            {
                Line(groups.Length, $"{parts[^1]}: {value} # {origins[key.Path]}");
            }
        }
        return text.ToString();

        void Line(int depth, string content) => text.Append(' ', depth * 2).Append(content).Append('\n');
    }
}
