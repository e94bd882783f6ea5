using System.Text.Json.Nodes;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Formats;

/// <summary>true or false, unquoted; not yes, on or 1.</summary>
internal sealed class FlagFormat : ConfigFormat<bool>
{
    public static readonly FlagFormat Instance = new();

    public override string Expected => "true or false";

    public override bool TryRead(ConfigNode node, Complain complain, out bool value)
    {
        if (node is ConfigScalar { IsPlain: true, Text: "true" or "false" } scalar)
        {
            value = scalar.Text == "true";
            return true;
        }
        return Refuse(node, complain, out value);
    }

    public override string Print(bool value) => value ? "true" : "false";

    public override JsonNode ToJson(bool value) => JsonValue.Create(value);

    public override JsonObject Schema() => new() { ["type"] = "boolean" };
}
