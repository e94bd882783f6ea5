using System.Net;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

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

    public override void Validate(JsonObject obj, JsonObject? old, List<StatusCause> causes)
    {
        var spec = obj.Need("spec");
        foreach (var (index, type) in spec.Texts("policyTypes").Index())
        {
            if (type is not ("Ingress" or "Egress"))
            {
                causes.Add(StatusCause.NotSupported($"spec.policyTypes[{index}]", $"\"{type}\"", "Egress", "Ingress"));
            }
        }
        foreach (var (direction, peers) in (ReadOnlySpan<(string, string)>)[("ingress", "from"), ("egress", "to")])
        {
            foreach (var (at, rule) in spec.Objects(direction).Index())
            {
                ValidateRule(rule, peers, $"spec.{direction}[{at}]", causes);
            }
        }
    }

    public override IEnumerable<string> Warnings(JsonObject obj) =>
        ["Straum does not enforce NetworkPolicies yet: what this one forbids stays reachable"];

    private static void ValidateRule(JsonObject rule, string peers, string path, List<StatusCause> causes)
    {
        foreach (var (index, port) in rule.Objects("ports").Index())
        {
            var at = $"{path}.ports[{index}]";
            if (port.Text("protocol") is { } protocol and not ("TCP" or "UDP" or "SCTP"))
            {
                causes.Add(StatusCause.NotSupported($"{at}.protocol", $"\"{protocol}\"", "SCTP", "TCP", "UDP"));
            }
            foreach (var field in (ReadOnlySpan<string>)["port", "endPort"])
            {
                if (port.Number(field) is { } number and not (>= 1 and <= 65535))
                {
                    causes.Add(StatusCause.Invalid($"{at}.{field}", $"{number}", "must be between 1 and 65535, inclusive"));
                }
            }
        }
        foreach (var (index, peer) in rule.Objects(peers).Index())
        {
            if (peer.Object("ipBlock") is { } block)
            {
                ValidateBlock(block, $"{path}.{peers}[{index}].ipBlock", causes);
            }
        }
    }

    private static void ValidateBlock(JsonObject block, string path, List<StatusCause> causes)
    {
        foreach (var (field, cidr) in block.Texts("except").Index().Select(e => ($"{path}.except[{e.Index}]", e.Item)).Prepend(($"{path}.cidr", block.Text("cidr") ?? "")))
        {
            if (cidr.Length > 0 && !IPNetwork.TryParse(cidr, out _))
            {
                causes.Add(StatusCause.Invalid(field, $"\"{cidr}\"", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
            }
        }
    }
}
