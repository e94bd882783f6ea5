using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Tables;

/// <summary>Columns of apps/v1 and batch/v1.</summary>
internal static class WorkloadTables
{
    private static readonly TableColumn Containers = new("Containers", row => Join(row.Object, "name"), Wide: true);
    private static readonly TableColumn Images = new("Images", row => Join(row.Object, "image"), Wide: true);
    private static readonly TableColumn Selector = new("Selector", row => SelectorText(row.Object.Object("spec", "selector")), Wide: true);

    public static readonly TableLayout Deployments = new(
        TableColumn.ObjectName,
        new TableColumn("Ready", row => $"{Status(row, "readyReplicas")}/{row.Object.Number("spec", "replicas") ?? 0}"),
        new TableColumn("Up-to-date", row => Status(row, "updatedReplicas")),
        new TableColumn("Available", row => Status(row, "availableReplicas")),
        TableColumn.Age, Containers, Images, Selector);

    public static readonly TableLayout ReplicaSets = new(
        TableColumn.ObjectName,
        new TableColumn("Desired", row => row.Object.Number("spec", "replicas") ?? 0),
        new TableColumn("Current", row => Status(row, "replicas")),
        new TableColumn("Ready", row => Status(row, "readyReplicas")),
        TableColumn.Age, Containers, Images, Selector);

    public static readonly TableLayout DaemonSets = new(
        TableColumn.ObjectName,
        new TableColumn("Desired", row => Status(row, "desiredNumberScheduled")),
        new TableColumn("Current", row => Status(row, "currentNumberScheduled")),
        new TableColumn("Ready", row => Status(row, "numberReady")),
        new TableColumn("Up-to-date", row => Status(row, "updatedNumberScheduled")),
        new TableColumn("Available", row => Status(row, "numberAvailable")),
        new TableColumn("Node Selector", row => CoreTables.Pairs(row.Object.Object("spec", "template", "spec", "nodeSelector"))),
        TableColumn.Age, Containers, Images, Selector);

    public static readonly TableLayout StatefulSets = new(
        TableColumn.ObjectName,
        new TableColumn("Ready", row => $"{Status(row, "readyReplicas")}/{row.Object.Number("spec", "replicas") ?? 0}"),
        TableColumn.Age, Containers, Images);

    /// <summary>A LabelSelector in its text form.</summary>
    public static string SelectorText(JsonObject? selector)
    {
        var parts = (selector?.Object("matchLabels") ?? [])
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value.AsText()}").ToList();
        foreach (var expression in (selector ?? []).Objects("matchExpressions"))
        {
            var (key, values) = (expression.Text("key"), string.Join(",", expression.Texts("values").Order(StringComparer.Ordinal)));
            parts.Add(expression.Text("operator") switch
            {
                "In" => $"{key} in ({values})",
                "NotIn" => $"{key} notin ({values})",
                "Exists" => $"{key}",
                _ => $"!{key}",
            });
        }
        return parts.Count > 0 ? string.Join(",", parts) : "<none>";
    }

    private static JsonNode Status(TableRow row, string field) => row.Object.Number("status", field) ?? 0;

    private static string Join(JsonObject workload, string field) =>
        string.Join(",", workload.Objects("spec", "template", "spec", "containers").Select(c => c.Text(field)));
}
