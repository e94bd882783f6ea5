using System.Text.Json;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Cluster;

/// <summary>
/// What the agent's local API says, read as JSON: the doctor also runs beside agents of other versions, so a field that is
/// not there is no fault.
/// </summary>
internal static class AgentReport
{
    /// <summary>Where an agent pins its tables and programs unless <c>paths.bpf</c> says otherwise.</summary>
    private const string DefaultPins = "/sys/fs/bpf/straum";

    /// <summary>A report; null when no agent answers at the socket.</summary>
    public static async Task<JsonElement?> AskAsync(IHost host, string resource, CancellationToken stop)
    {
        if (await host.AskAgentAsync(resource, stop).ConfigureAwait(false) is not { } text)
        {
            return null;
        }
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>What a check says that has nothing to look at without an agent.</summary>
    public static Finding NoAgent(IHost host) => Finding.Skip($"no agent answers at {host.Options.AgentSocket}");

    /// <summary>Straum is on this node, whether or not its agent runs: it left its socket or its pins, or this is a lab's node.</summary>
    public static bool IsInstalled(IHost host) =>
        host.Options.LabNode is not null || host.ResolvePath(host.Options.AgentSocket) is not null || host.ListDirectory(DefaultPins) is not null;

    /// <summary>The elements of a list; none when it is not there.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    public static string Text(this JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    public static double? Number(this JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    public static bool? Flag(this JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    /// <summary>Pods' names by the node's end of their veth pair; empty without an agent.</summary>
    /// <param name="text">The report <c>pods</c>, or null.</param>
    public static Dictionary<string, string> PodNames(string? text) => Read(text).Items("pods").Where(static p => p.Text("pod") is not "")
        .GroupBy(static p => p.Text("interface")).ToDictionary(static g => g.Key, static g => g.First().Text("pod"));

    /// <summary>The names of the node's uplinks; empty without an agent, and while it has none.</summary>
    /// <param name="text">The report <c>status</c>, or null.</param>
    public static IReadOnlyList<string> Uplinks(string? text) =>
        [.. Read(text).Items("devices").Where(static d => d.Text("role") == "uplink").Select(static d => d.Text("name"))];

    /// <summary>Nothing where there is no report, or what is there is none.</summary>
    private static JsonElement Read(string? text)
    {
        try
        {
            return text is null ? default : JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
