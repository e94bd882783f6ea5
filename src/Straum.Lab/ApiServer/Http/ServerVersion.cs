using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Http;

/// <summary>What <c>kubectl version</c> is told: the Kubernetes version whose behaviour is followed.</summary>
internal static class ServerVersion
{
    public const string Major = "1";
    public const string Minor = "32";

    public static JsonObject Document() => new()
    {
        ["major"] = Major,
        ["minor"] = Minor,
        ["gitVersion"] = $"v{Major}.{Minor}.0+straum",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "dotnet",
        ["platform"] = "linux/" + System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
    };
}
