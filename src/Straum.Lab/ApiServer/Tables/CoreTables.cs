using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Tables;

/// <summary>Columns of the core group.</summary>
internal static class CoreTables
{
    private const string None = "<none>";

    public static readonly TableLayout Pods = new(
        TableColumn.ObjectName,
        new TableColumn("Ready", row => Summary(row) is var s ? $"{s.Ready}/{s.Total}" : null),
        new TableColumn("Status", row => Summary(row).Status),
        new TableColumn("Restarts", row => Summary(row).Restarts),
        TableColumn.Age,
        new TableColumn("IP", row => row.Object.Text("status", "podIP") is { Length: > 0 } ip ? ip : None, Wide: true),
        new TableColumn("Node", row => row.Object.Text("spec", "nodeName") is { Length: > 0 } node ? node : None, Wide: true),
        new TableColumn("Nominated Node", row => row.Object.Text("status", "nominatedNodeName") is { Length: > 0 } node ? node : None, Wide: true),
        new TableColumn("Readiness Gates", row => ReadinessGates(row.Object), Wide: true));

    public static readonly TableLayout Services = new(
        TableColumn.ObjectName,
        new TableColumn("Type", row => row.Object.Text("spec", "type")),
        new TableColumn("Cluster-IP", row => row.Object.Text("spec", "clusterIP") is { Length: > 0 } ip ? ip : None),
        new TableColumn("External-IP", row => ExternalAddress(row.Object)),
        new TableColumn("Port(s)", row => ServicePorts(row.Object)),
        TableColumn.Age,
        new TableColumn("Selector", row => Pairs(row.Object.Object("spec", "selector")), Wide: true));

    public static readonly TableLayout Nodes = new(
        TableColumn.ObjectName,
        new TableColumn("Status", row => NodeStatus(row.Object)),
        new TableColumn("Roles", row => NodeRoles(row.Object)),
        TableColumn.Age,
        new TableColumn("Version", row => row.Object.Text("status", "nodeInfo", "kubeletVersion") ?? ""),
        new TableColumn("Internal-IP", row => NodeAddress(row.Object, "InternalIP"), Wide: true),
        new TableColumn("External-IP", row => NodeAddress(row.Object, "ExternalIP"), Wide: true),
        new TableColumn("OS-Image", row => NodeFact(row.Object, "osImage"), Wide: true),
        new TableColumn("Kernel-Version", row => NodeFact(row.Object, "kernelVersion"), Wide: true),
        new TableColumn("Container-Runtime", row => NodeFact(row.Object, "containerRuntimeVersion"), Wide: true));

    public static readonly TableLayout Namespaces = new(
        TableColumn.ObjectName,
        new TableColumn("Status", row => row.Object.Text("status", "phase")),
        TableColumn.Age);

    public static readonly TableLayout ConfigMaps = new(
        TableColumn.ObjectName,
        new TableColumn("Data", row => Count(row.Object, "data") + Count(row.Object, "binaryData")),
        TableColumn.Age);

    public static readonly TableLayout Secrets = new(
        TableColumn.ObjectName,
        new TableColumn("Type", row => row.Object.Text("type")),
        new TableColumn("Data", row => Count(row.Object, "data")),
        TableColumn.Age);

    public static readonly TableLayout ServiceAccounts = new(
        TableColumn.ObjectName,
        new TableColumn("Secrets", row => row.Object.Array("secrets")?.Count ?? 0),
        TableColumn.Age);

    public static readonly TableLayout Endpoints = new(
        TableColumn.ObjectName,
        new TableColumn("Endpoints", row => EndpointList(row.Object)),
        TableColumn.Age);

    public static readonly TableLayout Events = new(
        new TableColumn("Last Seen", LastSeen),
        new TableColumn("Type", row => row.Object.Text("type")),
        new TableColumn("Reason", row => row.Object.Text("reason")),
        new TableColumn("Object", EventObject),
        new TableColumn("Subobject", row => row.Object.Text("involvedObject", "fieldPath") ?? "", Wide: true),
        new TableColumn("Source", EventSource, Wide: true),
        new TableColumn("Message", row => (row.Object.Text("message") ?? "").Trim()),
        new TableColumn("First Seen", row => HumanDuration.Since(row.Object.Time("firstTimestamp") ?? row.Object.Time("eventTime"), row.Now), Wide: true),
        new TableColumn("Count", row => row.Object.Number("series", "count") ?? row.Object.Number("count") ?? 1, Wide: true),
        TableColumn.ObjectName with { Priority = 1 });

    /// <summary>A map as <c>a=b,c=d</c>.</summary>
    public static string Pairs(JsonObject? map) =>
        map is null || map.Count == 0
            ? None
            : string.Join(",", map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value.AsText()}"));

    private static PodSummary Summary(TableRow row) => PodSummary.Of(row.Object, row.Now);

    private static string ReadinessGates(JsonObject pod)
    {
        var gates = pod.Objects("spec", "readinessGates").ToList();
        if (gates.Count == 0)
        {
            return None;
        }
        var open = gates.Count(gate => pod.Objects("status", "conditions")
            .Any(c => c.Text("type") == gate.Text("conditionType") && c.Text("status") == "True"));
        return $"{open}/{gates.Count}";
    }

    private static string ExternalAddress(JsonObject service)
    {
        var external = service.Texts("spec", "externalIPs").ToList();
        switch (service.Text("spec", "type"))
        {
            case "ExternalName":
                return service.Text("spec", "externalName") ?? None;
            case "LoadBalancer":
                var assigned = service.Objects("status", "loadBalancer", "ingress")
                    .Select(entry => entry.Text("ip") ?? entry.Text("hostname")).OfType<string>().Concat(external).ToList();
                return assigned.Count > 0 ? string.Join(",", assigned) : "<pending>";
            default:
                return external.Count > 0 ? string.Join(",", external) : None;
        }
    }

    private static string ServicePorts(JsonObject service)
    {
        var ports = service.Objects("spec", "ports").Select(port =>
            port.Number("nodePort") is > 0 and var nodePort
                ? $"{port.Number("port")}:{nodePort}/{port.Text("protocol")}"
                : $"{port.Number("port")}/{port.Text("protocol")}").ToList();
        return ports.Count > 0 ? string.Join(",", ports) : None;
    }

    private static string NodeStatus(JsonObject node)
    {
        var ready = node.Objects("status", "conditions").FirstOrDefault(c => c.Text("type") == "Ready");
        var status = ready is null ? "Unknown" : ready.Text("status") == "True" ? "Ready" : "NotReady";
        return node.Flag("spec", "unschedulable") ? status + ",SchedulingDisabled" : status;
    }

    private static string NodeRoles(JsonObject node)
    {
        const string Prefix = "node-role.kubernetes.io/";
        var roles = (node.Object("metadata", "labels") ?? [])
            .Select(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal) ? pair.Key[Prefix.Length..]
                : pair.Key == "kubernetes.io/role" ? pair.Value.AsText() : null)
            .Where(role => !string.IsNullOrEmpty(role)).Order(StringComparer.Ordinal).ToList();
        return roles.Count > 0 ? string.Join(",", roles) : None;
    }

    private static string NodeAddress(JsonObject node, string type) =>
        node.Objects("status", "addresses").FirstOrDefault(a => a.Text("type") == type)?.Text("address") ?? None;

    private static string NodeFact(JsonObject node, string name) =>
        node.Text("status", "nodeInfo", name) is { Length: > 0 } fact ? fact : "<unknown>";

    private static int Count(JsonObject obj, string map) => obj.Object(map)?.Count ?? 0;

    private static string EndpointList(JsonObject endpoints)
    {
        var all = endpoints.Objects("subsets").SelectMany(subset =>
            subset.Objects("addresses").SelectMany(address => subset.Objects("ports").Any()
                ? subset.Objects("ports").Select(port => JoinHostPort(address.Text("ip") ?? "", port.Number("port")))
                : [address.Text("ip") ?? ""])).ToList();
        return all.Count == 0 ? None
            : all.Count > 3 ? $"{string.Join(",", all.Take(3))} + {all.Count - 3} more..."
            : string.Join(",", all);
    }

    private static string JoinHostPort(string host, long? port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";

    private static JsonNode? EventObject(TableRow row)
    {
        var about = row.Object.Object("involvedObject") ?? [];
        return $"{about.Text("kind")?.ToLowerInvariant()}/{about.Text("name")}";
    }

    private static JsonNode? LastSeen(TableRow row)
    {
        var last = row.Object.Time("series", "lastObservedTime") ?? row.Object.Time("lastTimestamp") ?? row.Object.Time("eventTime");
        return HumanDuration.Since(last, row.Now);
    }

    private static JsonNode? EventSource(TableRow row)
    {
        var component = row.Object.Text("source", "component") is { Length: > 0 } source ? source : row.Object.Text("reportingComponent") ?? "";
        var host = row.Object.Text("source", "host") is { Length: > 0 } name ? name : row.Object.Text("reportingInstance") ?? "";
        return host.Length == 0 ? component : $"{component}, {host}";
    }
}
