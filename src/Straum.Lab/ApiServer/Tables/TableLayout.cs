using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Tables;

/// <summary>The columns of a kind, as <c>kubectl get</c> prints them.</summary>
internal sealed class TableLayout(params TableColumn[] columns)
{
    /// <summary>What a kind without columns of its own prints.</summary>
    public static readonly TableLayout NameAndAge = new(TableColumn.ObjectName, TableColumn.Age);

    /// <summary>Kinds whose second column is the time of creation in full.</summary>
    public static readonly TableLayout NameAndCreated = new(
        TableColumn.ObjectName,
        new TableColumn("Created At", row => row.Object.Text("metadata", "creationTimestamp")) { Type = "date" });

    public IReadOnlyList<TableColumn> Columns => columns;

    /// <summary>The <c>columnDefinitions</c> of a Table.</summary>
    public JsonArray Definitions() => new([.. columns.Select(column => (JsonNode)column.ToDefinition())]);

    /// <summary>The <c>cells</c> of a row.</summary>
    public JsonArray Cells(TableRow row) => new([.. columns.Select(column => column.Cell(row))]);
}
