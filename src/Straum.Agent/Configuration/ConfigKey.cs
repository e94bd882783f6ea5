using System.Text.Json.Nodes;
using Straum.Agent.Configuration.Formats;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration;

/// <summary>One key of straum.yaml: everything that reading, printing, schema and documentation need to know of it.</summary>
internal abstract class ConfigKey(string path, string doc)
{
    /// <summary>Groups and name, joined by dots: routing.vxlan.port.</summary>
    public string Path { get; } = path;

    /// <summary>One sentence, without what the type and the default say already.</summary>
    public string Doc { get; } = doc;

    /// <summary>Which default it has when that depends on the process; null when the default is the value in <see cref="AgentOptions"/>.</summary>
    public string? DefaultDoc { get; protected init; }

    /// <summary>What values look like: a number from 1 to 65535.</summary>
    public abstract string Expected { get; }

    /// <summary>The options with the node's value in them, or as they were when it is wrong.</summary>
    public abstract AgentOptions Read(AgentOptions options, ConfigNode node, Complain complain);

    /// <summary>The options with the default that the process gives, and where it is from; null when it gives none.</summary>
    public abstract (AgentOptions Options, ConfigOrigin Origin)? Resolve(AgentOptions options, ConfigEnvironment environment);

    /// <summary>The value as one would write it.</summary>
    public abstract string Print(AgentOptions options);

    /// <summary>Type, range, default and documentation in JSON Schema.</summary>
    public abstract JsonObject Schema();
}

/// <inheritdoc/>
internal sealed class ConfigKey<T>(
    string path, ConfigFormat<T> format, Func<AgentOptions, T> get, Func<AgentOptions, T, AgentOptions> set, string doc)
    : ConfigKey(path, doc)
{
    private readonly Func<ConfigEnvironment, (T Value, string Origin)?>? _resolve;

    /// <param name="path">As in the base.</param>
    /// <param name="format">How values look.</param>
    /// <param name="get">The value in the options.</param>
    /// <param name="set">The options with another value.</param>
    /// <param name="doc">As in the base.</param>
    /// <param name="resolve">The default that the process gives; null for none.</param>
    /// <param name="defaultDoc">What that default is, for people.</param>
    public ConfigKey(
        string path, ConfigFormat<T> format, Func<AgentOptions, T> get, Func<AgentOptions, T, AgentOptions> set, string doc,
        Func<ConfigEnvironment, (T Value, string Origin)?> resolve, string defaultDoc)
        : this(path, format, get, set, doc) => (_resolve, DefaultDoc) = (resolve, defaultDoc);

    public override string Expected => format.Expected;

    public override AgentOptions Read(AgentOptions options, ConfigNode node, Complain complain) =>
        format.TryRead(node, complain, out var value) ? set(options, value) : options;

    public override (AgentOptions Options, ConfigOrigin Origin)? Resolve(AgentOptions options, ConfigEnvironment environment) =>
        _resolve?.Invoke(environment) is { } found ? (set(options, found.Value), new ConfigOrigin(found.Origin)) : null;

    public override string Print(AgentOptions options) => format.Print(get(options));

    public override JsonObject Schema()
    {
        var schema = format.Schema();
        schema["description"] = DefaultDoc is null ? Doc : $"{Doc} Default: {DefaultDoc}.";
        if (DefaultDoc is null)
        {
            schema["default"] = format.ToJson(get(new AgentOptions()));
        }
        return schema;
    }
}
