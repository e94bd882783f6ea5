using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Straum.Lab.Topology;

namespace Straum.Lab.Nodes;

/// <summary>The Node object of a lab node, as its kubelet would write it.</summary>
internal static class NodeObject
{
    /// <summary>What is created once: name, labels, pod CIDRs.</summary>
    public static JsonObject Create(NodePlan node) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Node",
        ["metadata"] = new JsonObject
        {
            ["name"] = node.Name,
            ["labels"] = new JsonObject
            {
                ["kubernetes.io/hostname"] = node.Name,
                ["kubernetes.io/os"] = "linux",
                ["kubernetes.io/arch"] = Architecture,
                [ForeignNodes.Label] = "true",
                ["topology.kubernetes.io/region"] = "lab",
                ["topology.kubernetes.io/zone"] = node.Zone,
            },
        },
        ["spec"] = new JsonObject
        {
            ["podCIDR"] = node.PodsV4.ToString(),
            ["podCIDRs"] = new JsonArray(node.PodsV4.ToString(), node.PodsV6.ToString()),
        },
    };

    /// <summary>What is written again whenever it changes, and now and then to say that the node lives.</summary>
    /// <param name="node">The node.</param>
    /// <param name="notReady">Why it is not ready; null when it is.</param>
    /// <param name="since">When it became so.</param>
    /// <param name="now">The heartbeat.</param>
    public static JsonObject Status(NodePlan node, string? notReady, DateTimeOffset since, DateTimeOffset now)
    {
        var machine = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024;
        return new JsonObject
        {
            ["addresses"] = new JsonArray(
                Address("InternalIP", node.Uplink.V4.ToString()),
                Address("InternalIP", node.Uplink.V6.ToString()),
                Address("Hostname", node.Name)),
            ["conditions"] = new JsonArray(
                Condition("Ready", notReady is null, notReady is null ? "KubeletReady" : "KubeletNotReady", notReady ?? "the lab posts ready status", since, now),
                Condition("NetworkUnavailable", notReady is not null, notReady is null ? "NetworkReady" : "NetworkNotReady", notReady ?? "the network plugin takes pods", since, now)),
            // A machine is shared by its nodes, so none of these is a promise; schedulers want numbers.
            ["capacity"] = Resources(machine),
            ["allocatable"] = Resources(machine),
            ["nodeInfo"] = new JsonObject
            {
                ["machineID"] = node.Name,
                ["systemUUID"] = node.Name,
                ["bootID"] = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
                ["kernelVersion"] = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
                ["osImage"] = "straum lab",
                ["containerRuntimeVersion"] = "straum-lab://0.1",
                ["kubeletVersion"] = "v1.34.0-straum-lab",
                ["kubeProxyVersion"] = "",
                ["operatingSystem"] = "linux",
                ["architecture"] = Architecture,
            },
        };
    }

    /// <summary>RFC 3339 as the API writes it.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Architecture => RuntimeInformation.ProcessArchitecture is System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    private static JsonObject Resources(long kibibytes) => new()
    {
        ["cpu"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["memory"] = $"{kibibytes}Ki",
        ["pods"] = "110",
    };

    private static JsonObject Address(string type, string address) => new() { ["type"] = type, ["address"] = address };

    private static JsonObject Condition(string type, bool value, string reason, string message, DateTimeOffset since, DateTimeOffset now) => new()
    {
        ["type"] = type,
        ["status"] = value ? "True" : "False",
        ["reason"] = reason,
        ["message"] = message,
        ["lastTransitionTime"] = Time(since),
        ["lastHeartbeatTime"] = Time(now),
    };
}
