namespace Straum.Agent.Configuration;

/// <summary>A complete, validated configuration, and where each value comes from.</summary>
/// <param name="Options">What the agent is told.</param>
/// <param name="Origins">By key path; every key is in it.</param>
public sealed record EffectiveConfig(AgentOptions Options, IReadOnlyDictionary<string, ConfigOrigin> Origins)
{
    /// <summary>Every key in the order of the documentation.</summary>
    public IEnumerable<EffectiveValue> Values =>
        ConfigKeys.All.Select(key => new EffectiveValue(key.Path, key.Print(Options), Origins[key.Path].Text));

    /// <summary>The keys that the file itself has, with their lines.</summary>
    public IEnumerable<EffectiveValue> Written => Values.Where(v => Origins[v.Key].Line > 0);

    /// <summary>As a file that has only these keys.</summary>
    /// <param name="keys">Which of <see cref="Written"/>.</param>
    /// <param name="title">Its first line, a comment.</param>
    public string Print(IEnumerable<string> keys, string title) => ConfigWriter.Print(Options, keys.ToDictionary(static k => k, k => Origins[k].Text), title);
}

/// <summary>One key's value as one would write it in straum.yaml, and where it comes from.</summary>
public sealed record EffectiveValue(string Key, string Value, string Origin);
