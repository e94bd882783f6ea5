using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Selectors;

namespace Straum.Lab.ApiServer.Workloads;

/// <summary>What Deployments, ReplicaSets, DaemonSets and StatefulSets have in common: a selector and a pod template.</summary>
internal class WorkloadStrategy : ResourceStrategy
{
    /// <summary>Stored only.</summary>
    public static readonly WorkloadStrategy StatefulSet = new() { MakesPods = false };

    public static readonly WorkloadStrategy ReplicaSet = new();

    /// <summary>Runs on every node, so it has no replicas. Stored only.</summary>
    public static readonly WorkloadStrategy DaemonSet = new() { HasReplicas = false, MakesPods = false };

    protected bool HasReplicas { get; init; } = true;

    /// <summary>There is a controller that makes pods of the template.</summary>
    private bool MakesPods { get; init; } = true;

    public override void Default(JsonObject obj)
    {
        var spec = obj.Need("spec");
        if (HasReplicas)
        {
            spec.Default("replicas", 1);
        }
        if (spec.Object("template") is { } template)
        {
            template.Default("metadata", new JsonObject());
            template.Object("metadata")!.Remove("creationTimestamp");
            PodSpecDefaults.Apply(template.Need("spec"));
        }
    }

    public override void PrepareCreate(JsonObject obj, WriteContext context) => obj["status"] = new JsonObject();

    public override void Validate(JsonObject obj, JsonObject? old, List<StatusCause> causes)
    {
        var spec = obj.Need("spec");
        if (spec.Number("replicas") is < 0 and var replicas)
        {
            causes.Add(StatusCause.Invalid("spec.replicas", $"{replicas}", "must be greater than or equal to 0"));
        }
        if (spec.Object("template") is { } template)
        {
            var labels = template.Object("metadata", "labels");
            MetadataRules.ValidateLabels(labels, "spec.template.labels", causes);
            if (spec.Object("selector") is { } selector && !Selects(selector, labels))
            {
                causes.Add(StatusCause.Invalid("spec.template.metadata.labels", GoMap(labels), "`selector` does not match template `labels`"));
            }
            PodSpecValidation.Validate(
                template.Need("spec"), "spec.template.spec", causes, spec.Objects("volumeClaimTemplates").Select(static claim => claim.Text("metadata", "name")));
            if (template.Text("spec", "restartPolicy") is { } policy && policy != "Always")
            {
                causes.Add(StatusCause.NotSupported("spec.template.spec.restartPolicy", $"\"{policy}\"", "Always"));
            }
        }
        if (old is not null && !JsonNode.DeepEquals(old.At("spec", "selector"), spec["selector"]))
        {
            causes.Add(StatusCause.Invalid("spec.selector", spec["selector"]?.ToJsonString() ?? "null", "field is immutable"));
        }
    }

    public override IEnumerable<string> Warnings(JsonObject obj) =>
        MakesPods && obj.Object("spec", "template", "spec") is { } spec ? PodSpecWarnings.Of(spec, "spec.template.spec") : [];

    private static bool Selects(JsonObject selector, JsonObject? labels) =>
        LabelSelector.FromObject(selector) is { Requirements.Count: > 0 } parsed
        && parsed.Matches((labels ?? []).ToDictionary(pair => pair.Key, pair => pair.Value.AsText() ?? ""));

    private static string GoMap(JsonObject? labels) =>
        labels is null ? "map[string]string(nil)" : $"map[string]string{{{string.Join(", ", labels.Select(pair => $"\"{pair.Key}\":\"{pair.Value.AsText()}\""))}}}";
}
