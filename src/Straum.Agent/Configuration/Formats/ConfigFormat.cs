using System.Text.Json.Nodes;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Formats;

/// <summary>Says that a value is wrong: at which node, why, and what would be right.</summary>
internal delegate void Complain(ConfigNode at, string why, string fix);

/// <summary>How values of one kind are read, printed and described.</summary>
internal abstract class ConfigFormat<T>
{
    /// <summary>What is expected, after "expected": a number from 1 to 65535.</summary>
    public abstract string Expected { get; }

    /// <summary>Reads a node; on false it has complained, about every item of a list that is wrong.</summary>
    public abstract bool TryRead(ConfigNode node, Complain complain, out T value);

    /// <summary>The value as one would write it in straum.yaml.</summary>
    public abstract string Print(T value);

    /// <summary>The value in a schema's <c>default</c>.</summary>
    public virtual JsonNode ToJson(T value) => JsonValue.Create(Print(value));

    /// <summary>The JSON Schema (draft 2020-12) that right values fit.</summary>
    public abstract JsonObject Schema();

    /// <summary>Complains about a node of the wrong form.</summary>
    protected bool Refuse(ConfigNode node, Complain complain, out T value)
    {
        value = default!;
        complain(node, "found " + Describe(node), $"write {Expected}");
        return false;
    }

    private static string Describe(ConfigNode node) => node switch
    {
        ConfigScalar { IsNull: true } => "nothing",
        ConfigScalar { IsPlain: true } scalar => scalar.Text,
        ConfigScalar scalar => $"the text \"{scalar.Text}\"",
        ConfigList => "a list",
        _ => "keys",
    };
}
