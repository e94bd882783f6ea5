using System.Net;
using System.Text.Json;

namespace Straum.Agent.Cni;

/// <summary>
/// What a prevResult lists, in any version of the specification: CHECK looks only for what is both listed and ours, since
/// a plugin behind us may have changed or added things.
/// </summary>
/// <param name="Addresses">Without their prefix lengths.</param>
/// <param name="Routes">Destinations.</param>
public sealed record CniPreviousResult(IReadOnlyList<IPAddress> Addresses, IReadOnlyList<IPNetwork> Routes)
{
    public static CniPreviousResult Parse(JsonElement result)
    {
        var addresses = new List<IPAddress>();
        foreach (var item in Items(result, "ips"))
        {
            var text = CniConfig.Text(item, "address");
            if (IPAddress.TryParse(text.Split('/')[0], out var address))
            {
                addresses.Add(address);
            }
        }
        var routes = new List<IPNetwork>();
        foreach (var item in Items(result, "routes"))
        {
            if (IPNetwork.TryParse(CniConfig.Text(item, "dst"), out var destination))
            {
                routes.Add(destination);
            }
        }
        return new CniPreviousResult(addresses, routes);
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement result, string key) =>
        result.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;
}
