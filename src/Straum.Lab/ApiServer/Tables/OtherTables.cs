namespace Straum.Lab.ApiServer.Tables;

/// <summary>Columns of the kinds that nothing here acts on.</summary>
internal static class OtherTables
{
    public static readonly TableLayout RoleBindings = new(
        TableColumn.ObjectName,
        new TableColumn("Role", row => $"{row.Object.Text("roleRef", "kind")}/{row.Object.Text("roleRef", "name")}"),
        TableColumn.Age,
        new TableColumn("Users", row => Subjects(row, "User"), Wide: true),
        new TableColumn("Groups", row => Subjects(row, "Group"), Wide: true),
        new TableColumn("ServiceAccounts", row => Subjects(row, "ServiceAccount"), Wide: true));

    public static readonly TableLayout PriorityClasses = new(
        TableColumn.ObjectName,
        new TableColumn("Value", row => row.Object.Number("value") ?? 0),
        new TableColumn("Global-Default", row => row.Object.Flag("globalDefault")),
        TableColumn.Age,
        new TableColumn("PreemptionPolicy", row => row.Object.Text("preemptionPolicy") ?? "PreemptLowerPriority"));

    public static readonly TableLayout PodDisruptionBudgets = new(
        TableColumn.ObjectName,
        new TableColumn("Min Available", row => IntOrText(row, "minAvailable")),
        new TableColumn("Max Unavailable", row => IntOrText(row, "maxUnavailable")),
        new TableColumn("Allowed Disruptions", row => row.Object.Number("status", "disruptionsAllowed") ?? 0),
        TableColumn.Age);

    private static string IntOrText(TableRow row, string field) => row.Object.At("spec", field)?.ToString() ?? "N/A";

    private static string Subjects(TableRow row, string kind) =>
        string.Join(", ", row.Object.Objects("subjects").Where(s => s.Text("kind") == kind)
            .Select(s => kind == "ServiceAccount" ? $"{s.Text("namespace")}/{s.Text("name")}" : s.Text("name")));
}
