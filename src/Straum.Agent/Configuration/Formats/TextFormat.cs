using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Formats;

/// <summary>A word, name or path that a pattern describes. Numbers count as text: a node may be called 7.</summary>
internal sealed partial class TextFormat(string expected, Regex pattern) : ConfigFormat<string>
{
    /// <summary>RFC 1123 subdomain, as Kubernetes names objects.</summary>
    public static readonly TextFormat ObjectName = new("a Kubernetes object name such as worker-1", ObjectNamePattern());

    /// <summary>Absolute, or empty for none.</summary>
    public static readonly TextFormat AbsolutePath = new("an absolute path such as /var/lib/straum", PathPattern());

    /// <summary>Absolute and not empty.</summary>
    public static readonly TextFormat RequiredPath = new("an absolute path such as /var/lib/straum", RequiredPathPattern());

    /// <summary>Host name or IP address; empty for none.</summary>
    public static readonly TextFormat Host = new("a host name or an IP address", HostPattern());

    /// <summary>The name of a network in CNI configuration.</summary>
    public static readonly TextFormat NetworkName = new("a network name of letters, digits, '.', '_' and '-'", NetworkNamePattern());

    /// <summary>
    /// At most 15 bytes without '/', ':' and blanks, as the kernel names devices. It would take '+' and '*', too, but nobody calls a
    /// device so: they are other programs' patterns, and names are compared as they stand.
    /// </summary>
    public static readonly TextFormat DeviceName = new("a device's name such as eth0, which is no pattern and has at most 15 characters", DeviceNamePattern());

    public override string Expected => expected;

    public override bool TryRead(ConfigNode node, Complain complain, out string value)
    {
        if (node is ConfigScalar { IsNull: false } scalar && pattern.IsMatch(scalar.Text))
        {
            value = scalar.Text;
            return true;
        }
        return Refuse(node, complain, out value);
    }

    public override string Print(string value) => PlainPattern().IsMatch(value) && !OtherTypePattern().IsMatch(value)
        ? value
        : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    public override JsonNode ToJson(string value) => JsonValue.Create(value);

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = pattern.ToString() };

    // Text that YAML takes as it stands, wherever it stands.
    [GeneratedRegex("^[A-Za-z0-9_./]([A-Za-z0-9_./:+@~-]*[A-Za-z0-9_./+@~-])?$")]
    private static partial Regex PlainPattern();

    // What YAML 1.2, or 1.1, which many tools still read, takes for null, a truth value, a number or a date.
    [GeneratedRegex(@"^(null|true|false|yes|no|on|off|y|n|[-+]?[0-9][0-9_]*(\.[0-9_]*)?(e[-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[-+]?\.[0-9_]+(e[-+]?[0-9]+)?|0[xob][0-9a-f_]+|[-+]?\.(inf|nan)|[0-9]{4}-[0-9]+-[0-9]+([t ].*)?)$", RegexOptions.IgnoreCase)]
    private static partial Regex OtherTypePattern();

    [GeneratedRegex("^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$")]
    private static partial Regex ObjectNamePattern();

    [GeneratedRegex("^(/[^\\s]*)?$")]
    private static partial Regex PathPattern();

    [GeneratedRegex("^/[^\\s]+$")]
    private static partial Regex RequiredPathPattern();

    [GeneratedRegex("^([A-Za-z0-9]([-.A-Za-z0-9]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]+)?$")]
    private static partial Regex HostPattern();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    private static partial Regex NetworkNamePattern();

    [GeneratedRegex("^[^\\s/:*+]{1,15}$")]
    private static partial Regex DeviceNamePattern();
}
