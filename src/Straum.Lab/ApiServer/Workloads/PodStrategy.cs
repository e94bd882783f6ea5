using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;

namespace Straum.Lab.ApiServer.Workloads;

/// <summary>Pods: defaults, the first status, what an update may change, and graceful deletion by the node.</summary>
internal sealed class PodStrategy : ResourceStrategy
{
    private const string ImmutableSpec =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`," +
        "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)," +
        "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public override void Default(JsonObject obj)
    {
        var spec = obj.Need("spec");
        PodSpecDefaults.Apply(spec);
        spec.Default("enableServiceLinks", true);
        spec.Default("preemptionPolicy", "PreemptLowerPriority");
        spec.Default("priority", 0);
        spec.Default("serviceAccountName", "default");
        spec.Default("serviceAccount", spec.Text("serviceAccountName") ?? "default");
        foreach (var container in spec.Objects("containers"))
        {
            DefaultRequests(container.Object("resources") ?? []);
        }
    }

    public override void PrepareCreate(JsonObject obj, WriteContext context)
    {
        AddEvictionTolerations(obj.Need("spec"));
        obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService(obj) };
    }

    public override void Validate(JsonObject obj, JsonObject? old, List<StatusCause> causes)
    {
        PodSpecValidation.Validate(obj.Need("spec"), "spec", causes);
        // A node is given once, by whoever schedules the pod.
        var unbound = string.IsNullOrEmpty(old?.Text("spec", "nodeName"));
        if (old is not null && !JsonNode.DeepEquals(Fixed(old, unbound), Fixed(obj, unbound)))
        {
            causes.Add(StatusCause.Forbidden("spec", ImmutableSpec));
        }
    }

    public override IEnumerable<string> Warnings(JsonObject obj) => PodSpecWarnings.Of(obj.Need("spec"), "spec");

    // Nothing runs a pod without a node or one that has ended, so nobody would confirm.
    public override long GracePeriod(JsonObject obj, long? asked)
    {
        if (string.IsNullOrEmpty(obj.Text("spec", "nodeName")) || obj.Text("status", "phase") is "Succeeded" or "Failed")
        {
            return 0;
        }
        return Math.Max(asked ?? obj.Number("spec", "terminationGracePeriodSeconds") ?? 0, 0);
    }

    // The part of the spec that an update must leave alone.
    private static JsonObject Fixed(JsonObject pod, bool unbound)
    {
        var spec = (JsonObject)(pod.Object("spec") ?? []).DeepClone();
        foreach (var field in (ReadOnlySpan<string>)["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates"])
        {
            spec.Remove(field);
        }
        if (unbound)
        {
            spec.Remove("nodeName");
        }
        foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers")))
        {
            container.Remove("image");
        }
        return spec;
    }

    private static void DefaultRequests(JsonObject resources)
    {
        foreach (var (name, limit) in resources.Object("limits") ?? [])
        {
            if (limit is not null)
            {
                resources.Need("requests").Default(name, limit.DeepClone());
            }
        }
    }

    // What the DefaultTolerationSeconds admission plugin adds.
    private static void AddEvictionTolerations(JsonObject spec)
    {
        foreach (var taint in (ReadOnlySpan<string>)["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            var key = taint;
            if (!spec.Objects("tolerations").Any(t => (t.Text("key") ?? "") is var has && (has == key || has.Length == 0)
                && t.Text("effect") is null or "" or "NoExecute"))
            {
                spec.Default("tolerations", new JsonArray());
                spec.Array("tolerations")!.Add((JsonNode)new JsonObject
                {
                    ["key"] = key,
                    ["operator"] = "Exists",
                    ["effect"] = "NoExecute",
                    ["tolerationSeconds"] = 300,
                });
            }
        }
    }

    private static string QualityOfService(JsonObject pod)
    {
        var containers = pod.Objects("spec", "containers").Concat(pod.Objects("spec", "initContainers")).ToList();
        if (containers.All(c => c.Object("resources", "requests") is null or { Count: 0 } && c.Object("resources", "limits") is null or { Count: 0 }))
        {
            return "BestEffort";
        }
        var guaranteed = containers.All(c => c.Object("resources", "limits") is { } limits && limits.ContainsKey("cpu") && limits.ContainsKey("memory")
            && JsonNode.DeepEquals(limits, c.Object("resources", "requests")));
        return guaranteed ? "Guaranteed" : "Burstable";
    }
}
