using System.Text.Json.Nodes;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Formats;

/// <summary>Two ports, the lower first: 49152-65535.</summary>
internal sealed class PortRangeFormat : ConfigFormat<PortRange>
{
    private const int FirstUnprivileged = 1024;

    public static readonly PortRangeFormat Instance = new();

    public override string Expected => $"two ports from {FirstUnprivileged} to 65535, the lower first, such as 49152-65535";

    public override bool TryRead(ConfigNode node, Complain complain, out PortRange value)
    {
        if (node is ConfigScalar { IsNull: false } scalar
            && scalar.Text.Split('-') is [var first, var last]
            && ushort.TryParse(first, out var from) && ushort.TryParse(last, out var to)
            && from >= FirstUnprivileged && from <= to)
        {
            value = new PortRange(from, to);
            return true;
        }
        return Refuse(node, complain, out value);
    }

    public override string Print(PortRange value) => value.ToString();

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = $"^{PortPattern.Unprivileged}-{PortPattern.Unprivileged}$" };
}
