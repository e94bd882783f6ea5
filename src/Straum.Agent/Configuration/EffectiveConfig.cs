namespace Straum.Agent.Configuration;

/// <summary>A complete, validated configuration, and where each value comes from.</summary>
/// <param name="Options">What the agent is told.</param>
/// <param name="Origins">By key path; every key is in it.</param>
public sealed record EffectiveConfig(AgentOptions Options, IReadOnlyDictionary<string, ConfigOrigin> Origins)
{
    /// <summary>Every key in the order of the documentation.</summary>
    public IEnumerable<EffectiveValue> Values =>
        ConfigKeys.All.Select(key => new EffectiveValue(key.Path, key.Print(Options), Origins[key.Path].Text));
}

/// <summary>One key's value as one would write it in straum.yaml, and where it comes from.</summary>
public sealed record EffectiveValue(string Key, string Value, string Origin);
