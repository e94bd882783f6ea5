using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Tables;

/// <summary>One column: its heading, and how a cell is made.</summary>
/// <param name="Wide">Printed with <c>-o wide</c> only.</param>
internal sealed record TableColumn(string Name, Func<TableRow, JsonNode?> Cell, bool Wide = false)
{
    public static readonly TableColumn ObjectName =
        new("Name", row => row.Stored.Name) { Format = "name", Description = "Name must be unique within a namespace." };

    public static readonly TableColumn Age =
        new("Age", row => row.Age) { Description = "CreationTimestamp is a timestamp representing the server time when this object was created." };

    /// <summary>An OpenAPI type.</summary>
    public string Type { get; init; } = "string";

    public string Format { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>0 is always printed; more is for <c>-o wide</c>.</summary>
    public int Priority { get; init; } = Wide ? 1 : 0;

    public JsonObject ToDefinition() => new()
    {
        ["name"] = Name,
        ["type"] = Type,
        ["format"] = Format,
        ["description"] = Description,
        ["priority"] = Priority,
    };
}
