using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>NetworkPolicies: the policy types follow from the rules when none are named.</summary>
internal sealed class NetworkPolicyStrategy : ResourceStrategy
{
    public override void Default(JsonObject obj)
    {
        var spec = obj.Need("spec");
        spec.Default("podSelector", new JsonObject());
        if (spec.Array("policyTypes") is null or { Count: 0 })
        {
            spec["policyTypes"] = spec.ContainsKey("egress") ? new JsonArray("Ingress", "Egress") : new JsonArray("Ingress");
        }
        foreach (var rule in spec.Objects("ingress").Concat(spec.Objects("egress")))
        {
            foreach (var port in rule.Objects("ports"))
            {
                port.Default("protocol", "TCP");
            }
        }
    }
}
