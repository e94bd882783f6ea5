using System.Text.Json.Nodes;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Formats;

/// <summary>An address and a port to listen on, or nothing.</summary>
internal sealed class ListenFormat : ConfigFormat<ListenPoint?>
{
    public static readonly ListenFormat Instance = new();

    public override string Expected =>
        $"an address and a port from {ListenPoint.FirstPort} to {ListenPoint.LastPort}, such as \":9962\", 127.0.0.1:9962 or \"[::1]:9962\"";

    public override bool TryRead(ConfigNode node, Complain complain, out ListenPoint? value)
    {
        value = null;
        if (node is ConfigScalar { Text: "" } || (node is ConfigScalar { IsNull: false } scalar && (value = ListenPoint.Parse(scalar.Text)) is not null))
        {
            return true;
        }
        return Refuse(node, complain, out value);
    }

    // Quoted: to YAML, what begins with a bracket is a list.
    public override string Print(ListenPoint? value) => $"\"{value}\"";

    public override JsonNode ToJson(ListenPoint? value) => JsonValue.Create(value?.ToString() ?? "");

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = $@"^(([0-9.]+|\[[0-9A-Fa-f:.]+\])?:{PortPattern.Unprivileged})?$" };
}
