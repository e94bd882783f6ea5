using System.Text.Json.Nodes;
using Straum.Agent.Configuration.Yaml;
using Straum.Control.Tuning;

namespace Straum.Agent.Configuration.Formats;

/// <summary>A kernel setting for pods' network namespaces: net.core.somaxconn=32768.</summary>
internal sealed class PodSettingFormat : ConfigFormat<PodSetting>
{
    public static readonly PodSettingFormat Instance = new();

    public override string Expected => "a setting such as net.core.somaxconn=32768";

    public override bool TryRead(ConfigNode node, Complain complain, out PodSetting value)
    {
        if (node is not ConfigScalar { IsNull: false } scalar || PodSetting.Parse(scalar.Text) is not { } setting)
        {
            return Refuse(node, complain, out value);
        }
        value = setting;
        if (PodSetting.WhyNot(setting.Key) is not { } why)
        {
            return true;
        }
        complain(node, $"found {setting.Key}, which pods cannot have", why);
        return false;
    }

    // Commas end an item of a list in brackets.
    public override string Print(PodSetting value) => value.Value.Contains(',') ? $"\"{value}\"" : value.ToString();

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^net[./][^\\s=]+=.+$" };
}
