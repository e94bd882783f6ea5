using System.Text.Json;
using System.Text.Json.Nodes;

namespace Straum.Lab.Cni;

/// <summary>A network plugin refused a call, died, or its configuration cannot be used.</summary>
public sealed class CniException : Exception
{
    private CniException(string message, int code, Exception? inner = null) : base(message, inner) => Code = code;

    /// <summary>The error code of the CNI specification: 11 try again later, 50 plugin not available, ≥ 100 the plugin's own; 0 when the plugin gave none.</summary>
    public int Code { get; }

    internal static CniException BadConfiguration(string file, string why) => new($"cni: {file}: {why}", 7);

    internal static CniException NotFound(string plugin, string path) => new($"cni: plugin {plugin} is not in {path}", 0);

    internal static CniException TimedOut(string plugin, string command, TimeSpan limit) =>
        new($"cni {command}: plugin {plugin} did not answer within {limit.TotalSeconds:0} s", 11);

    /// <summary>What a failed plugin printed: the spec's error object on stdout, or else whatever it left on stderr.</summary>
    internal static CniException FromPlugin(string plugin, string command, int exitCode, string stdout, string stderr)
    {
        try
        {
            if (JsonNode.Parse(stdout) is JsonObject error && error["msg"]?.GetValue<string>() is { } message)
            {
                var details = error["details"]?.GetValue<string>() is { Length: > 0 } text ? $" ({text})" : "";
                return new CniException($"cni {command}: plugin {plugin}: {message}{details}", error["code"]?.GetValue<int>() ?? 0);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // Not the spec's error object: fall through to what there is.
        }
        var rest = (stderr.Trim() is { Length: > 0 } err ? err : stdout.Trim()) is { Length: > 0 } text2 ? text2 : "no message";
        return new CniException($"cni {command}: plugin {plugin}: exit code {exitCode}: {rest}", 0);
    }

    internal static CniException BadResult(string plugin, string command, string why) =>
        new($"cni {command}: plugin {plugin}: result cannot be read: {why}", 6);
}
