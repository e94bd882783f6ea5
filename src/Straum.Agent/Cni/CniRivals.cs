using System.Text.Json;
using Straum.Agent.Configuration;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;

namespace Straum.Agent.Cni;

/// <summary>
/// Network configurations of others that a runtime takes instead of ours. They are reported and left alone: whoever put them there
/// may put them there again, and two programs that rename each other's files leave a node without a network.
/// </summary>
internal static class CniRivals
{
    private static readonly string[] Extensions = [".conf", ".conflist", ".json"];

    // These call other plugins, ours too, and stand first on purpose.
    private static readonly string[] Delegating = ["multus", "multus-shim"];

    /// <summary>The files that runtimes sort before <see cref="CniConfigFile.FileName"/>, in their order.</summary>
    public static IReadOnlyList<string> Find(string directory) => !Directory.Exists(directory) ? [] :
    [
        .. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path))
            .Where(name => Extensions.Contains(Path.GetExtension(name)) && string.CompareOrdinal(name, CniConfigFile.FileName) < 0)
            .Where(name => !Delegates(Path.Combine(directory, name)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>What such a file means and what to do about it.</summary>
    public static Problem ProblemOf(string file, AgentOptions options) => new()
    {
        Severity = Severity.Warning,
        Object = new ObjectName("Node", new NamespacedName("", options.Node.Name)),
        Message = $"The container runtime uses {Path.Combine(options.Cni.ConfDir, file)} and not {CniConfigFile.FileName}: new pods get that network.",
        Fix = "Remove the other network from this node, or move its file out of the directory; pods that have it must be made anew.",
    };

    // A file that cannot be read as configuration is skipped by runtimes too, but only after an error; it counts as a rival.
    private static bool Delegates(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            if (root.ValueKind is JsonValueKind.Object && root.TryGetProperty("plugins", out var plugins)
                && plugins.ValueKind is JsonValueKind.Array && plugins.GetArrayLength() > 0)
            {
                root = plugins[0];
            }
            return Delegating.Contains(CniConfig.Text(root, "type"));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
