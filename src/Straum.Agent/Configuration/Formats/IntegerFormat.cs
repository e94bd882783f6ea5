using System.Globalization;
using System.Text.Json.Nodes;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Formats;

/// <summary>A decimal whole number in a range, both ends of it allowed; optionally 0 too, which leaves the choice to the agent.</summary>
internal sealed class IntegerFormat(int least, int most, bool orZero = false) : ConfigFormat<int>
{
    public override string Expected => $"a number from {least} to {most}{(orZero ? ", or 0" : "")}";

    public override bool TryRead(ConfigNode node, Complain complain, out int value)
    {
        if (node is ConfigScalar { IsPlain: true } scalar
            && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            && ((value >= least && value <= most) || (orZero && value == 0)))
        {
            return true;
        }
        return Refuse(node, complain, out value);
    }

    public override string Print(int value) => value.ToString(CultureInfo.InvariantCulture);

    public override JsonNode ToJson(int value) => JsonValue.Create(value);

    public override JsonObject Schema()
    {
        var range = new JsonObject { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most };
        return orZero && least > 0 ? new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["const"] = 0 }, range) } : range;
    }
}
