using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Straum.Agent.Cni;

/// <summary>
/// The result of ADD: the host end of the pair, then the pod's interface, its addresses and routes. Plugins behind us
/// (portmap, bandwidth, tuning) find the host end by its place and the pod's by its sandbox.
/// </summary>
public sealed class CniResult(PodRecord pod, CniConfig config)
{
    private const int PodInterfaceIndex = 1;

    /// <summary>Writes the members of the result object as <paramref name="version"/> has them.</summary>
    internal void WriteTo(Utf8JsonWriter json, CniVersion version)
    {
        json.WriteString("cniVersion", version.ToString());
        json.WriteStartArray("interfaces");
        WriteInterface(json, version, pod.HostInterface, pod.HostMac.ToString(), "");
        WriteInterface(json, version, pod.Owner.InterfaceName, pod.PodMac.ToString(), pod.NetworkNamespace);
        json.WriteEndArray();
        json.WriteStartArray("ips");
        foreach (var address in pod.Addresses)
        {
            WriteAddress(json, version, address);
        }
        json.WriteEndArray();
        json.WriteStartArray("routes");
        foreach (var address in pod.Addresses)
        {
            WriteRoutes(json, version, address.AddressFamily);
        }
        json.WriteEndArray();
        WriteDns(json);
    }

    private void WriteInterface(Utf8JsonWriter json, CniVersion version, string name, string mac, string sandbox)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("mac", mac);
        if (version >= CniVersion.V110)
        {
            json.WriteNumber("mtu", pod.Mtu);
        }
        if (sandbox.Length > 0)
        {
            json.WriteString("sandbox", sandbox);
        }
        json.WriteEndObject();
    }

    private static void WriteAddress(Utf8JsonWriter json, CniVersion version, IPAddress address)
    {
        var is6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        json.WriteStartObject();
        if (version < CniVersion.V100)
        {
            json.WriteString("version", is6 ? "6" : "4");
        }
        json.WriteNumber("interface", PodInterfaceIndex);
        json.WriteString("address", $"{address}/{(is6 ? 128 : 32)}");
        json.WriteString("gateway", PodLink.GatewayFor(address.AddressFamily).ToString());
        json.WriteEndObject();
    }

    private static void WriteRoutes(Utf8JsonWriter json, CniVersion version, AddressFamily family)
    {
        // Before 1.1 a route could not say that it has no gateway: one that names none gets that of the address.
        if (version >= CniVersion.V110 && family == AddressFamily.InterNetwork)
        {
            json.WriteStartObject();
            json.WriteString("dst", PodLink.GatewayRoute.ToString());
            json.WriteNumber("scope", PodLink.LinkScope);
            json.WriteEndObject();
        }
        json.WriteStartObject();
        json.WriteString("dst", PodLink.DefaultRouteOf(family).ToString());
        json.WriteString("gw", PodLink.GatewayFor(family).ToString());
        json.WriteEndObject();
    }

    /// <summary>The runtime's settings for this pod (capability "dns", whose keys differ), else the network's.</summary>
    private void WriteDns(Utf8JsonWriter json)
    {
        var perPod = CniConfig.Member(config.RuntimeConfig, "dns");
        var source = perPod.ValueKind == JsonValueKind.Object ? perPod : config.Dns;
        if (source.ValueKind != JsonValueKind.Object)
        {
            return;
        }
        json.WriteStartObject("dns");
        CopyList(json, source, perPod.ValueKind == JsonValueKind.Object ? "servers" : "nameservers", "nameservers");
        if (CniConfig.Text(source, "domain") is { Length: > 0 } domain)
        {
            json.WriteString("domain", domain);
        }
        CopyList(json, source, perPod.ValueKind == JsonValueKind.Object ? "searches" : "search", "search");
        CopyList(json, source, "options", "options");
        json.WriteEndObject();
    }

    private static void CopyList(Utf8JsonWriter json, JsonElement source, string from, string to)
    {
        if (!source.TryGetProperty(from, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return;
        }
        json.WriteStartArray(to);
        foreach (var item in list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String))
        {
            json.WriteStringValue(item.GetString());
        }
        json.WriteEndArray();
    }
}
