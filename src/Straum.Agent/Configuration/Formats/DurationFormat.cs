using System.Text.Json.Nodes;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Formats;

/// <summary>A duration with its unit, in a range.</summary>
internal sealed class DurationFormat(TimeSpan least, TimeSpan most) : ConfigFormat<TimeSpan>
{
    public override string Expected => $"a duration with its unit from {Duration.Print(least)} to {Duration.Print(most)}, such as 1m30s";

    public override bool TryRead(ConfigNode node, Complain complain, out TimeSpan value)
    {
        if (node is ConfigScalar { IsNull: false } scalar && Duration.TryParse(scalar.Text, out value) && value >= least && value <= most)
        {
            return true;
        }
        return Refuse(node, complain, out value);
    }

    public override string Print(TimeSpan value) => Duration.Print(value);

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^([0-9]+(h|m|s|ms))+$" };
}
