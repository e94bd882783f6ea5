using System.Text;
using System.Text.Json.Nodes;
using Straum.Kubernetes.Yaml;

namespace Straum.Lab.Supervision;

/// <summary>What the agents of a lab are told: a user's straum.yaml, with the keys in it that only the lab can know.</summary>
public static class AgentSettings
{
    /// <summary>Why the lab decides a key itself, and what it does instead; null for a key that the user decides.</summary>
    /// <param name="key">With dots: routing.devices.</param>
    /// <param name="value">As straum.yaml has it.</param>
    public static string? WhyOwn(string key, string value) => key switch
    {
        "node.name" => "each node of the lab has its own name",
        "kubernetes.manifests" => "the lab's objects are in its API server",
        _ when key.StartsWith("kubernetes.", StringComparison.Ordinal) => "the lab's agents have the lab's API server",
        "routing.mode" => "it is the lab's, as --mode says",
        "routing.devices" => $"the lab's nodes have {Topology.LabTopology.Uplink}",
        "routing.directNodeRoutes" when value is "false" => "in the lab nobody else makes these routes, so it stays true",
        "socketLB.cgroup" => "each node of the lab has its own control group",
        "cni.confDir" => "the lab has its own",
        _ when key.StartsWith("paths.", StringComparison.Ordinal) => "the lab has its own",
        _ => null,
    };

    /// <summary>Whether the agents give pods addresses of a family, and serve Services of it.</summary>
    internal static bool Serves(string? configuration, System.Net.Sockets.AddressFamily family) =>
        Parse(configuration)[family is System.Net.Sockets.AddressFamily.InterNetwork ? "ipv4" : "ipv6"]?["enabled"] is not JsonValue value || value.ToString() != "false";

    /// <summary>The text of straum.yaml: what the user wrote, and over it what the lab says.</summary>
    /// <param name="configuration">The user's; null for nothing.</param>
    /// <param name="own">By key with dots.</param>
    internal static string Combine(string? configuration, IReadOnlyDictionary<string, string> own)
    {
        var root = Parse(configuration);
        foreach (var (key, value) in own)
        {
            var names = key.Split('.');
            var group = root;
            foreach (var name in names[..^1])
            {
                group = group[name] as JsonObject ?? (JsonObject)(group[name] = new JsonObject());
            }
            group[names[^1]] = value;
        }
        var text = new StringBuilder();
        Write(root, 0);
        return text.ToString();

        void Write(JsonObject group, int depth)
        {
            foreach (var (name, value) in group)
            {
                text.Append(' ', 2 * depth).Append(name).Append(':');
                if (value is JsonObject inner)
                {
                    text.Append('\n');
                    Write(inner, depth + 1);
                }
                else
                {
                    // A scalar or a list of scalars is YAML the way JSON writes it.
                    text.Append(' ').Append(value is JsonValue plain && IsPlain(plain.ToString()) ? plain.ToString() : value?.ToJsonString() ?? "null").Append('\n');
                }
            }
        }
    }

    private static bool IsPlain(string text) => text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.');

    private static JsonObject Parse(string? configuration) =>
        configuration is not null && YamlJson.Documents(configuration) is [var document, ..] ? JsonNode.Parse(document.Span) as JsonObject ?? [] : [];
}
