using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Selectors;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>Whether a pod may run on a node, and if not, why, in the scheduler's words.</summary>
internal static class NodeFit
{
    /// <summary>Null when the pod may run there.</summary>
    public static string? Refusal(StoredObject pod, StoredObject node)
    {
        if (node.View.Flag("spec", "unschedulable") && !Tolerates(pod, "node.kubernetes.io/unschedulable", "", "NoSchedule"))
        {
            return "node(s) were unschedulable";
        }
        foreach (var taint in node.View.Objects("spec", "taints"))
        {
            var (key, value, effect) = (taint.Text("key") ?? "", taint.Text("value") ?? "", taint.Text("effect") ?? "");
            if (effect is "NoSchedule" or "NoExecute" && !Tolerates(pod, key, value, effect))
            {
                return $"node(s) had untolerated taint {{{key}: {value}}}";
            }
        }
        if (!node.View.Objects("status", "conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True"))
        {
            return "node(s) were not ready";
        }
        if (!LabelSelector.Of(pod.View.Object("spec", "nodeSelector")).Matches(node.Labels) || !MatchesAffinity(pod, node))
        {
            return "node(s) didn't match Pod's node affinity/selector";
        }
        return null;
    }

    private static bool Tolerates(StoredObject pod, string key, string value, string effect) =>
        pod.View.Objects("spec", "tolerations").Any(t =>
            (t.Text("effect") is null or "" || t.Text("effect") == effect)
            && (t.Text("key") is null or "" ? t.Text("operator") == "Exists" : t.Text("key") == key)
            && (t.Text("operator") == "Exists" || (t.Text("value") ?? "") == value));

    // Terms are alternatives, the expressions of one all hold.
    private static bool MatchesAffinity(StoredObject pod, StoredObject node)
    {
        var required = pod.View.Object("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
        return required is null || required.Objects("nodeSelectorTerms").Any(term =>
            term.Objects("matchExpressions").All(e => Requirement(e).Matches(node.Labels))
            && term.Objects("matchFields").All(e => Requirement(e).Matches(new Dictionary<string, string> { ["metadata.name"] = node.Name })));
    }

    private static LabelRequirement Requirement(JsonObject expression) => new(
        expression.Text("key") ?? "",
        expression.Text("operator") switch
        {
            "In" => LabelOperator.In,
            "NotIn" => LabelOperator.NotIn,
            "Exists" => LabelOperator.Exists,
            "Gt" => LabelOperator.GreaterThan,
            "Lt" => LabelOperator.LessThan,
            _ => LabelOperator.DoesNotExist,
        },
        [.. expression.Texts("values")]);
}
