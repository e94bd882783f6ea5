using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;

namespace Straum.Lab.ApiServer.CustomResources;

/// <summary>
/// CustomResourceDefinitions: names are completed, and the kinds are established in the same write, so a client that
/// has created one can use it at once.
/// </summary>
internal sealed class CustomResourceDefinitionStrategy : ResourceStrategy
{
    /// <summary>Holds a definition back until its objects are gone.</summary>
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    public override void Default(JsonObject obj)
    {
        var names = obj.Need("spec", "names");
        var kind = names.Text("kind") ?? "";
        names.Default("singular", kind.ToLowerInvariant());
        names.Default("listKind", kind + "List");
        obj.Need("spec").Default("conversion", new JsonObject { ["strategy"] = "None" });
    }

    public override void PrepareCreate(JsonObject obj, WriteContext context)
    {
        var metadata = obj.Need("metadata");
        metadata["finalizers"] = new JsonArray([.. metadata.Texts("finalizers").Append(Finalizer).Distinct().Select(f => (JsonNode)f)]);
        obj["status"] = StatusOf(obj, context.Now);
    }

    public override void PrepareUpdate(JsonObject obj, JsonObject old, WriteContext context)
    {
        var status = obj.Need("status");
        status["acceptedNames"] = obj.At("spec", "names")?.DeepClone();
        var stored = status.Texts("storedVersions").Union(StorageVersions(obj));
        status["storedVersions"] = new JsonArray([.. stored.Select(version => (JsonNode)version)]);
    }

    public override void Validate(JsonObject obj, JsonObject? old, List<StatusCause> causes)
    {
        var spec = obj.Need("spec");
        var expected = $"{spec.Text("names", "plural")}.{spec.Text("group")}";
        if (obj.Text("metadata", "name") is { } name && name != expected)
        {
            causes.Add(StatusCause.Invalid("metadata.name", $"\"{name}\"", "must be spec.names.plural+\".\"+spec.group"));
        }
        if (spec.Text("scope") is { } scope and not ("Cluster" or "Namespaced"))
        {
            causes.Add(StatusCause.NotSupported("spec.scope", $"\"{scope}\"", "Cluster", "Namespaced"));
        }
        if (StorageVersions(obj).Count() != 1)
        {
            causes.Add(StatusCause.Invalid("spec.versions", "", "must have exactly one version marked as storage version"));
        }
        if (spec.Text("conversion", "strategy") is { } strategy and not ("None" or "Webhook"))
        {
            causes.Add(StatusCause.NotSupported("spec.conversion.strategy", $"\"{strategy}\"", "None", "Webhook"));
        }
        foreach (var (index, version) in spec.Objects("versions").Index())
        {
            var path = $"spec.versions[{index}]";
            if (version.Object("schema", "openAPIV3Schema") is not { } schema)
            {
                causes.Add(StatusCause.Required($"{path}.schema.openAPIV3Schema", "schemas are required"));
            }
            else if (schema.Text("type") is null)
            {
                causes.Add(StatusCause.Required($"{path}.schema.openAPIV3Schema.type", "must not be empty at the root"));
            }
        }
        if (old is not null && !JsonNode.DeepEquals(old.At("spec", "scope"), spec["scope"]))
        {
            causes.Add(StatusCause.Invalid("spec.scope", $"\"{spec.Text("scope")}\"", "field is immutable"));
        }
    }

    private static IEnumerable<string> StorageVersions(JsonObject obj) =>
        obj.Objects("spec", "versions").Where(version => version.Flag("storage")).Select(version => version.Text("name") ?? "");

    private static JsonObject StatusOf(JsonObject obj, DateTimeOffset now) => new()
    {
        ["acceptedNames"] = obj.At("spec", "names")?.DeepClone(),
        ["storedVersions"] = new JsonArray([.. StorageVersions(obj).Select(version => (JsonNode)version)]),
        ["conditions"] = new JsonArray(
            Condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
            Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now)),
    };

    private static JsonObject Condition(string type, string reason, string message, DateTimeOffset now) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["lastTransitionTime"] = now.ToTimestamp(),
        ["reason"] = reason,
        ["message"] = message,
    };
}
