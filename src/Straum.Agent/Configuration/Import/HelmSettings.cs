using System.Text;

namespace Straum.Agent.Configuration.Import;

/// <summary>The arguments of <c>helm --set</c> as a values file: <c>a.b=1,c=2</c> and repeated ones.</summary>
public static class HelmSettings
{
    /// <summary>The first part of an argument that is not KEY=VALUE; null when all are.</summary>
    public static string? FindMalformed(string setting) => Split(setting).FirstOrDefault(static part => part.IndexOf('=') <= 0);

    /// <summary>
    /// One YAML line per value. Lists in braces, <c>devices={eth0,eth1}</c>, are understood; indexes (<c>a[0]=</c>) and
    /// escaped commas are not.
    /// </summary>
    public static string ToYaml(IEnumerable<string> settings)
    {
        var root = new Group();
        foreach (var setting in settings.SelectMany(Split))
        {
            var (path, value) = setting.IndexOf('=') is > 0 and var sign ? (setting[..sign], setting[(sign + 1)..]) : (setting, "");
            var names = path.Trim().Split('.');
            var group = names[..^1].Aggregate(root, static (at, name) => at.Enter(name));
            group.Values[names[^1]] = value is ['{', .., '}'] ? $"[{value[1..^1]}]" : Quote(value);
        }
        var text = new StringBuilder();
        root.Print(text, 0);
        return text.ToString();
    }

    // Commas part settings, except in braces.
    private static IEnumerable<string> Split(string setting)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i < setting.Length; i++)
        {
            depth += setting[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (setting[i] == ',' && depth == 0)
            {
                yield return setting[start..i];
                start = i + 1;
            }
        }
        yield return setting[start..];
    }

    private static string Quote(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    private sealed class Group
    {
        public Dictionary<string, string> Values { get; } = [];

        private Dictionary<string, Group> Groups { get; } = [];

        public Group Enter(string name) => Groups.TryGetValue(name, out var group) ? group : Groups[name] = new Group();

        public void Print(StringBuilder text, int depth)
        {
            foreach (var (name, value) in Values)
            {
                text.Append(' ', depth * 2).Append($"{name}: {value}\n");
            }
            foreach (var (name, group) in Groups)
            {
                text.Append(' ', depth * 2).Append($"{name}:\n");
                group.Print(text, depth + 1);
            }
        }
    }
}
