using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>What one pod contributes to a Service's EndpointSlices.</summary>
internal static class ServiceEndpoint
{
    /// <summary>The endpoint in one family; null when the pod has no address of it.</summary>
    public static JsonObject? Of(StoredObject service, StoredObject pod, string family, string? zone)
    {
        var addresses = pod.View.Objects("status", "podIPs").Select(entry => entry.Text("ip")).ToList();
        if (addresses.Count == 0)
        {
            addresses.Add(pod.View.Text("status", "podIP"));
        }
        if (addresses.Find(text => IsOfFamily(text, family)) is not { } address)
        {
            return null;
        }
        var (serving, terminating) = (PodState.IsReady(pod), pod.Deleting is not null);
        var endpoint = new JsonObject
        {
            ["addresses"] = new JsonArray(address),
            // Ready is never said of a pod that is going, so that old readers do not send it anything new.
            ["conditions"] = new JsonObject
            {
                ["ready"] = service.View.Flag("spec", "publishNotReadyAddresses") || (serving && !terminating),
                ["serving"] = serving,
                ["terminating"] = terminating,
            },
            ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["namespace"] = pod.Namespace, ["name"] = pod.Name, ["uid"] = pod.Uid },
        };
        if (PodState.Node(pod) is { Length: > 0 } node)
        {
            endpoint["nodeName"] = node;
        }
        if (zone is not null)
        {
            endpoint["zone"] = zone;
        }
        if (pod.View.Text("spec", "hostname") is { Length: > 0 } hostname && pod.View.Text("spec", "subdomain") == service.Name)
        {
            endpoint["hostname"] = hostname;
        }
        return endpoint;
    }

    /// <summary>The Service's ports as this pod serves them; a named target port that it lacks is left out.</summary>
    public static JsonArray Ports(StoredObject service, StoredObject pod)
    {
        var ports = new JsonArray();
        foreach (var port in service.View.Objects("spec", "ports"))
        {
            var target = port.Number("targetPort") ?? Named(pod, port.Text("targetPort"), port.Text("protocol"));
            if (target is null)
            {
                continue;
            }
            var entry = new JsonObject { ["name"] = port.Text("name") ?? "", ["protocol"] = port.Text("protocol"), ["port"] = target };
            entry.Put("appProtocol", port["appProtocol"]);
            ports.Add((JsonNode)entry);
        }
        return ports;
    }

    private static long? Named(StoredObject pod, string? name, string? protocol) =>
        pod.View.Objects("spec", "containers").Concat(pod.View.Objects("spec", "initContainers").Where(c => c.Text("restartPolicy") == "Always"))
            .SelectMany(container => container.Objects("ports"))
            .FirstOrDefault(port => port.Text("name") == name && port.Text("protocol") == protocol)?.Number("containerPort");

    private static bool IsOfFamily(string? text, string family) =>
        IPAddress.TryParse(text, out var address)
        && address.AddressFamily == (family == "IPv4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6);
}
