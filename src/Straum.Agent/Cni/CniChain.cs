using System.Text.Json;

namespace Straum.Agent.Cni;

/// <summary>
/// Whether another plugin comes after ours in a list of the runtime's. Such a plugin finds the pod's device as ADD leaves it, and
/// may want its ingress hook (bandwidth, which fails where clsact is), so programs are not attached provisionally then.
/// </summary>
internal static class CniChain
{
    private static readonly string[] Extensions = [".conf", ".conflist", ".json"];

    /// <summary>Looks into every configuration of the directory, also into those that meta-plugins carry inside theirs.</summary>
    public static bool IsFollowed(string directory) => Directory.Exists(directory)
        && Directory.EnumerateFiles(directory).Any(path => Extensions.Contains(Path.GetExtension(path)) && IsFollowedIn(path));

    private static bool IsFollowedIn(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return IsFollowedIn(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return false; // no runtime reads it either
        }
    }

    private static bool IsFollowedIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(p => (p.NameEquals("plugins") && HasFollower(p.Value)) || IsFollowedIn(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(IsFollowedIn),
        _ => false,
    };

    private static bool HasFollower(JsonElement plugins) => plugins.ValueKind is JsonValueKind.Array
        && plugins.EnumerateArray().SkipLast(1).Any(p => CniConfig.Text(p, "type") == CniConfigFile.PluginType);
}
