using System.Text.Json;
using System.Text.Json.Nodes;

namespace Straum.Lab.Cni;

/// <summary>
/// A network configuration list as the agent wrote it into the node's CNI directory, chosen and read the way libcni does:
/// the first file by name wins, and of <c>cniVersions</c> the highest one that this runtime speaks.
/// </summary>
public sealed class CniNetwork
{
    // Highest first. CHECK came with 0.4.0, GC and STATUS with 1.1.0.
    private static readonly string[] SpokenVersions = ["1.1.0", "1.0.0", "0.4.0", "0.3.1"];

    private readonly JsonObject[] _plugins;

    private CniNetwork(string file, string name, string version, bool disableCheck, bool disableGc, JsonObject[] plugins)
    {
        File = file;
        Name = name;
        Version = version;
        HasCheck = !disableCheck && version is not "0.3.1";
        HasStatus = version is "1.1.0";
        HasGc = HasStatus && !disableGc;
        _plugins = plugins;
    }

    public string File { get; }

    public string Name { get; }

    /// <summary>The version that every call and result of this network uses.</summary>
    public string Version { get; }

    public bool HasCheck { get; }

    public bool HasStatus { get; }

    public bool HasGc { get; }

    /// <summary>The plugins' binary names, in the order of ADD.</summary>
    public IEnumerable<string> Plugins => _plugins.Select(TypeOf);

    /// <summary>
    /// The network of a configuration directory; null when the directory is absent or empty, which is what a node looks like
    /// before its network plugin has started.
    /// </summary>
    /// <exception cref="CniException">The file is not a usable configuration list.</exception>
    public static CniNetwork? Load(string directory)
    {
        var file = Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, "*.conflist").Order(StringComparer.Ordinal).FirstOrDefault()
            : null;
        return file is null ? null : Parse(file, System.IO.File.ReadAllBytes(file));
    }

    /// <param name="file">Names the configuration in errors.</param>
    /// <param name="json">The configuration list.</param>
    /// <exception cref="CniException">It is not a usable configuration list.</exception>
    public static CniNetwork Parse(string file, ReadOnlySpan<byte> json)
    {
        try
        {
            if (JsonNode.Parse(json) is not JsonObject list)
            {
                throw CniException.BadConfiguration(file, "a JSON object is expected");
            }
            if (list["name"]?.GetValue<string>() is not { Length: > 0 } name)
            {
                throw CniException.BadConfiguration(file, "name is missing");
            }
            if (list["plugins"] is not JsonArray { Count: > 0 } plugins || plugins.Any(p => p is not JsonObject o || TypeOf(o) is ""))
            {
                throw CniException.BadConfiguration(file, "plugins must list objects with a type");
            }
            return new CniNetwork(file, name, ChooseVersion(file, list), Flag(list, "disableCheck"), Flag(list, "disableGC"),
                [.. plugins.Select(p => (JsonObject)p!.DeepClone())]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw CniException.BadConfiguration(file, e.Message);
        }
    }

    /// <summary>
    /// What a plugin reads on stdin: its own configuration with the network's name and version, the runtime's arguments for
    /// the capabilities that it declares, the result before it, and for GC the attachments that are still valid.
    /// </summary>
    internal byte[] Request(int plugin, JsonObject? prevResult, JsonObject? capabilities, JsonArray? validAttachments)
    {
        var request = (JsonObject)_plugins[plugin].DeepClone();
        request["name"] = Name;
        request["cniVersion"] = Version;
        if (prevResult is not null)
        {
            request["prevResult"] = prevResult.DeepClone();
        }
        if (validAttachments is not null)
        {
            request["cni.dev/valid-attachments"] = validAttachments.DeepClone();
            // The name before spec#1101, still sent by libcni.
            request["cni.dev/attachments"] = validAttachments.DeepClone();
        }

        var runtime = new JsonObject();
        foreach (var (capability, value) in capabilities ?? [])
        {
            if (request["capabilities"]?[capability]?.GetValue<bool>() == true)
            {
                runtime[capability] = value?.DeepClone();
            }
        }
        if (runtime.Count > 0)
        {
            request["runtimeConfig"] = runtime;
        }
        return System.Text.Encoding.UTF8.GetBytes(request.ToJsonString());
    }

    private static string ChooseVersion(string file, JsonObject list)
    {
        var offered = list["cniVersions"] is JsonArray versions
            ? [.. versions.Select(v => v!.GetValue<string>())]
            : new List<string> { list["cniVersion"]?.GetValue<string>() ?? "0.1.0" };
        return SpokenVersions.FirstOrDefault(offered.Contains)
            ?? throw CniException.BadConfiguration(file, $"no common version: it offers {string.Join(", ", offered)}, the lab speaks {string.Join(", ", SpokenVersions)}");
    }

    private static string TypeOf(JsonObject plugin) => plugin["type"]?.GetValue<string>() ?? "";

    // The spec allows both forms since 1.0.0 was amended: true and "true".
    private static bool Flag(JsonObject list, string name) =>
        list[name] is JsonValue value && (value.TryGetValue<bool>(out var b) ? b : value.TryGetValue<string>(out var s) && s is "true");
}
