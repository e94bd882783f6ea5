using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Tables;

/// <summary>Columns of discovery, coordination and networking.</summary>
internal static class NetworkTables
{
    // The real server shows this many entries of a list in a cell.
    private const int MaxEntries = 3;

    public static readonly TableLayout EndpointSlices = new(
        TableColumn.ObjectName,
        new TableColumn("AddressType", row => row.Object.Text("addressType")),
        new TableColumn("Ports", row => Limited(row.Object.Objects("ports").Select(PortText), "<unset>")),
        new TableColumn("Endpoints", row => Limited(row.Object.Objects("endpoints").SelectMany(e => e.Texts("addresses")), "<unset>")),
        TableColumn.Age);

    public static readonly TableLayout Leases = new(
        TableColumn.ObjectName,
        new TableColumn("Holder", row => row.Object.Text("spec", "holderIdentity") ?? ""),
        TableColumn.Age);

    public static readonly TableLayout NetworkPolicies = new(
        TableColumn.ObjectName,
        new TableColumn("Pod-Selector", row => WorkloadTables.SelectorText(row.Object.Object("spec", "podSelector"))),
        TableColumn.Age);

    public static readonly TableLayout Ingresses = new(
        TableColumn.ObjectName,
        new TableColumn("Class", row => row.Object.Text("spec", "ingressClassName")
            ?? row.Object.Text("metadata", "annotations", "kubernetes.io/ingress.class") ?? "<none>"),
        new TableColumn("Hosts", row => Hosts(row.Object)),
        new TableColumn("Address", row => string.Join(",", row.Object.Objects("status", "loadBalancer", "ingress")
            .Select(entry => entry.Text("ip") ?? entry.Text("hostname")))),
        new TableColumn("Ports", row => row.Object.Array("spec", "tls") is { Count: > 0 } ? "80, 443" : "80"),
        TableColumn.Age);

    public static readonly TableLayout IngressClasses = new(
        TableColumn.ObjectName,
        new TableColumn("Controller", row => row.Object.Text("spec", "controller")),
        new TableColumn("Parameters", row => row.Object.Object("spec", "parameters") is { } parameters
            ? $"{parameters.Text("kind")}{(parameters.Text("apiGroup") is { } group ? "." + group : "")}/{parameters.Text("name")}"
            : "<none>"),
        TableColumn.Age);

    private static string PortText(JsonObject port) => $"{port.Number("port")?.ToString() ?? "*"}";

    private static string Limited(IEnumerable<string> entries, string none)
    {
        var all = entries.ToList();
        return all.Count == 0 ? none
            : all.Count > MaxEntries ? $"{string.Join(",", all.Take(MaxEntries))} + {all.Count - MaxEntries} more..."
            : string.Join(",", all);
    }

    private static string Hosts(JsonObject ingress)
    {
        var hosts = ingress.Objects("spec", "rules").Select(rule => rule.Text("host")).Where(host => !string.IsNullOrEmpty(host)).Distinct().ToList();
        return hosts.Count == 0 ? "*" : Limited(hosts!, "*");
    }
}
