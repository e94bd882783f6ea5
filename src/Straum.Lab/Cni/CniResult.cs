using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Straum.Lab.Cni;

/// <summary>What ADD returned.</summary>
/// <param name="Json">The result as it is kept for CHECK and DEL.</param>
/// <param name="Addresses">The pod's addresses in the order that the plugin gave them.</param>
public sealed record CniResult(JsonObject Json, IReadOnlyList<IPAddress> Addresses)
{
    internal static CniResult Parse(string plugin, string stdout)
    {
        try
        {
            if (JsonNode.Parse(stdout) is not JsonObject result)
            {
                throw CniException.BadResult(plugin, "ADD", "a JSON object is expected");
            }
            var addresses = (result["ips"] as JsonArray ?? [])
                .Select(ip => IPAddress.Parse(ip!["address"]!.GetValue<string>().Split('/')[0]))
                .ToArray();
            return new CniResult(result, addresses);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw CniException.BadResult(plugin, "ADD", e.Message);
        }
    }
}
