using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration;

/// <summary>
/// straum.yaml, or a ConfigMap with a key of that name, to an <see cref="EffectiveConfig"/>. Finds everything that is wrong in
/// one go: keys that do not exist or occur twice, values that are not what their key takes, and values that do not fit together.
/// </summary>
public sealed class ConfigReader
{
    private readonly string _file;
    private readonly Place _place;
    private readonly List<ConfigProblem> _problems = [];
    private readonly Dictionary<string, ConfigOrigin> _origins = [];
    private AgentOptions _options = new();

    private ConfigReader(string file, Place place) => (_file, _place) = (file, place);

    /// <summary>Reads a configuration.</summary>
    /// <param name="file">What to call it in problems: its path.</param>
    /// <param name="text">YAML; an empty text is the default configuration.</param>
    /// <param name="environment">Where the defaults come from that depend on the process.</param>
    public static ConfigReading Read(string file, string text, ConfigEnvironment environment)
    {
        var reader = new ConfigReader(file, static (line, column) => (line, column));
        try
        {
            var root = ConfigText.Parse(text);
            if (root is not null && ConfigMapText.IsConfigMap(root))
            {
                if (ConfigMapText.Find(root, text) is not { } embedded)
                {
                    reader.Add(root, "", "a ConfigMap without data." + ConfigMapText.Key, $"put the configuration under data: {ConfigMapText.Key}: |");
                    return reader.Finish(environment);
                }
                reader = new ConfigReader(file, embedded.Place);
                root = ConfigText.Parse(embedded.Text);
            }
            reader.ReadRoot(root);
        }
        catch (ConfigSyntaxException e)
        {
            reader.Add(e.Line, e.Column, "", e.Message, "");
        }
        return reader.Finish(environment);
    }

    private void ReadRoot(ConfigNode? root)
    {
        switch (root)
        {
            case null or ConfigScalar { IsNull: true }:
                return;
            case ConfigGroup group:
                ReadGroup(group, "");
                return;
            default:
                Add(root, "", "found no keys", $"write keys such as {ConfigKeys.All[0].Path}");
                return;
        }
    }

    private void ReadGroup(ConfigGroup group, string prefix)
    {
        var seen = new Dictionary<string, ConfigScalar>();
        foreach (var (name, value) in group.Entries)
        {
            var path = prefix is "" ? name.Text : $"{prefix}.{name.Text}";
            if (!seen.TryAdd(name.Text, name))
            {
                Add(name, path, $"is here twice, first in line {_place(seen[name.Text].Line, 1).Line}", "keep one");
            }
            else if (ConfigKeys.ByPath.TryGetValue(path, out var key))
            {
                ReadValue(key, value);
            }
            else if (!ConfigKeys.Groups.TryGetValue(path, out var members))
            {
                Add(name, path, "is not a key", Suggest(name.Text, prefix));
            }
            else if (value is ConfigGroup inner)
            {
                ReadGroup(inner, path);
            }
            else if (value is not ConfigScalar { IsNull: true })
            {
                Add(value, path, "is a group of keys, not a value", $"its keys are {string.Join(", ", members)}");
            }
        }
    }

    private void ReadValue(ConfigKey key, ConfigNode value)
    {
        if (value is ConfigScalar { IsNull: true })
        {
            return;
        }
        _options = key.Read(_options, value, (at, why, fix) => Add(at, key.Path, why, fix));
        var (line, column) = _place(value.Line, value.Column);
        _origins[key.Path] = new ConfigOrigin($"{_file}:{line}:{column}", line, column);
    }

    private ConfigReading Finish(ConfigEnvironment environment)
    {
        foreach (var key in ConfigKeys.All.Where(k => !_origins.ContainsKey(k.Path)))
        {
            (_options, _origins[key.Path]) = key.Resolve(_options, environment) ?? (_options, ConfigOrigin.Default);
        }
        // Rules between keys mean something only when every key could be read.
        if (_problems.Count == 0)
        {
            foreach (var (key, why, fix) in _options.Validate())
            {
                var origin = _origins[key];
                _problems.Add(new ConfigProblem(_file, origin.Line, origin.Column, key, why, fix));
            }
        }
        return _problems.Count == 0
            ? new ConfigReading(new EffectiveConfig(_options, _origins), [])
            : new ConfigReading(null, [.. _problems.OrderBy(static p => p.Line).ThenBy(static p => p.Column)]);
    }

    // A name that is nearly right here, or right somewhere else.
    private static string Suggest(string name, string prefix)
    {
        var here = ConfigKeys.Groups[prefix];
        if (NearestName.Find(name, here) is { } sibling)
        {
            return $"did you mean {(prefix is "" ? sibling : $"{prefix}.{sibling}")}?";
        }
        var elsewhere = ConfigKeys.All.Where(k => NearestName.Find(name, [k.Path[(k.Path.LastIndexOf('.') + 1)..]]) is not null).Select(static k => k.Path).ToList();
        return elsewhere.Count is 1 or 2 ? $"did you mean {string.Join(" or ", elsewhere)}?" : $"possible here: {string.Join(", ", here)}";
    }

    private void Add(ConfigNode at, string key, string why, string fix) => Add(at.Line, at.Column, key, why, fix);

    private void Add(int line, int column, string key, string why, string fix)
    {
        (line, column) = _place(line, column);
        _problems.Add(new ConfigProblem(_file, line, column, key, why, fix));
    }
}
