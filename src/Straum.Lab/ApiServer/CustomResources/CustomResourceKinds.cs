using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;
using Straum.Lab.ApiServer.Tables;

namespace Straum.Lab.ApiServer.CustomResources;

/// <summary>
/// Serves the kinds that CustomResourceDefinitions declare, from the very write that stores the definition to the one
/// that removes it.
/// </summary>
internal sealed class CustomResourceKinds(ResourceRegistry registry) : IStoreIndex
{
    public const string StorageKey = "customresourcedefinitions.apiextensions.k8s.io";

    public void Changed(StoredObject? before, StoredObject? after)
    {
        var definition = (after ?? before)!;
        if (definition.Key.Resource == StorageKey)
        {
            registry.SetCustom(definition.Name, after is null ? [] : Declare(after.View));
        }
    }

    /// <summary>The served versions of a definition, that in which objects are stored first.</summary>
    public static IEnumerable<ApiResource> Declare(JsonObject definition)
    {
        var spec = definition.Object("spec") ?? [];
        var versions = spec.Objects("versions").Where(version => version.Flag("served"))
            .OrderByDescending(version => version.Flag("storage")).ToList();
        return versions.Select(version => Declare(spec, version, versions.Count > 1));
    }

    private static ApiResource Declare(JsonObject spec, JsonObject version, bool hasOthers)
    {
        var names = spec.Object("names") ?? [];
        var document = (JsonObject)(version.Object("schema", "openAPIV3Schema") ?? []).DeepClone();
        var schema = new CustomResourceSchema(document, spec.Flag("preserveUnknownFields") || document.Count == 0);
        var hasStatus = version.At("subresources", "status") is not null;
        return new ApiResource
        {
            Group = spec.Text("group") ?? "",
            Version = version.Text("name") ?? "",
            Plural = names.Text("plural") ?? "",
            Kind = names.Text("kind") ?? "",
            Singular = names.Text("singular") ?? "",
            ListKind = names.Text("listKind") ?? "",
            ShortNames = [.. names.Texts("shortNames")],
            Categories = [.. names.Texts("categories")],
            Namespaced = spec.Text("scope") == "Namespaced",
            HasStatus = hasStatus,
            Scale = ScaleOf(version.Object("subresources", "scale")),
            TracksGeneration = true,
            AllowsUnconditionalUpdate = false,
            HasOtherVersions = hasOthers,
            CustomSchema = schema,
            Strategy = new CustomResourceStrategy(schema, hasStatus),
            Table = TableOf(version),
            SelectableFields = SelectableFieldsOf(version),
        };
    }

    private static ScalePaths? ScaleOf(JsonObject? scale) =>
        scale is null ? null : new ScalePaths(
            Steps(scale.Text("specReplicasPath")), Steps(scale.Text("statusReplicasPath")),
            scale.Text("labelSelectorPath") is { } selector ? Steps(selector) : null);

    private static string[] Steps(string? path) => (path ?? "").Trim('.').Split('.');

    private static TableLayout TableOf(JsonObject version)
    {
        var columns = version.Objects("additionalPrinterColumns").Select(ColumnOf).ToArray();
        return columns.Length == 0 ? TableLayout.NameAndAge : new TableLayout([TableColumn.ObjectName, .. columns]);
    }

    private static TableColumn ColumnOf(JsonObject column)
    {
        var type = column.Text("type") ?? "string";
        var known = JsonPathExpression.TryParse(column.Text("jsonPath") ?? "", out var path);
        return new TableColumn(column.Text("name") ?? "", row => known ? Cell(path!, type, row) : null)
        {
            Type = type,
            Format = column.Text("format") ?? "",
            Description = column.Text("description") ?? "",
            Priority = (int)(column.Number("priority") ?? 0),
        };
    }

    private static JsonNode? Cell(JsonPathExpression path, string type, TableRow row)
    {
        var found = path.Select(row.Object).ToList();
        return found.Count == 0 ? null
            : type == "date" ? HumanDuration.Since(new JsonObject { ["at"] = found[0].DeepClone() }.Time("at"), row.Now)
            : type == "string" ? string.Join(",", found.Select(node => node.ToString()))
            : found[0].DeepClone();
    }

    private static Dictionary<string, Func<JsonObject, string>> SelectableFieldsOf(JsonObject version)
    {
        var fields = new Dictionary<string, Func<JsonObject, string>>(StringComparer.Ordinal);
        foreach (var path in version.Objects("selectableFields").Select(field => field.Text("jsonPath")).OfType<string>())
        {
            if (JsonPathExpression.TryParse(path, out var expression))
            {
                fields[path.TrimStart('.')] = obj => expression!.Select(obj).FirstOrDefault()?.ToString() ?? "";
            }
        }
        return fields;
    }
}
