using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;

namespace Straum.Lab.ApiServer.Services;

/// <summary>
/// Services: defaults, validation, and allocation of ClusterIPs (KEP-563 dual stack) and NodePorts.
/// </summary>
internal sealed class ServiceStrategy(ServiceAddresses addresses) : ResourceStrategy
{
    private const string Headless = "None";
    private const long AffinityTimeoutSeconds = 10800;

    public override void Default(JsonObject obj)
    {
        var spec = obj.Need("spec");
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        if (spec.Text("sessionAffinity") == "ClientIP")
        {
            spec.Need("sessionAffinityConfig", "clientIP").Default("timeoutSeconds", AffinityTimeoutSeconds);
        }
        else
        {
            spec.Remove("sessionAffinityConfig");
        }
        foreach (var port in spec.Objects("ports"))
        {
            port.Default("protocol", "TCP");
            if (port["targetPort"] is null || port.Number("targetPort") == 0 || port.Text("targetPort") == "")
            {
                port.Put("targetPort", port["port"]);
            }
            if (port.Number("nodePort") == 0)
            {
                port.Remove("nodePort");
            }
        }
        var type = spec.Text("type");
        if (type is "NodePort" or "LoadBalancer")
        {
            spec.Default("externalTrafficPolicy", "Cluster");
        }
        if (type is "ClusterIP" or "NodePort" or "LoadBalancer")
        {
            spec.Default("internalTrafficPolicy", "Cluster");
        }
        if (type == "LoadBalancer")
        {
            spec.Default("allocateLoadBalancerNodePorts", true);
        }
        NormalizeClusterIPs(spec);
        obj.Default("status", new JsonObject { ["loadBalancer"] = new JsonObject() });
    }

    public override void PrepareCreate(JsonObject obj, WriteContext context) =>
        obj["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };

    public override void PrepareUpdate(JsonObject obj, JsonObject old, WriteContext context)
    {
        var (spec, oldSpec) = (obj.Need("spec"), old.Object("spec") ?? []);
        DropWhatTheTypeLacks(spec, oldSpec);
        if (spec.Text("type") == "ExternalName" || oldSpec.Text("type") == "ExternalName")
        {
            return;
        }
        // What was allocated stays when the update does not mention it.
        if (string.IsNullOrEmpty(spec.Text("clusterIP")) && spec["clusterIPs"] is null)
        {
            spec.Put("clusterIP", oldSpec["clusterIP"]);
            spec.Put("clusterIPs", oldSpec["clusterIPs"]);
        }
        else if (spec.Text("clusterIP") == oldSpec.Text("clusterIP") && spec.Array("clusterIPs") is { Count: 1 } && !spec.ContainsKey("ipFamilyPolicy"))
        {
            spec.Put("clusterIPs", oldSpec["clusterIPs"]);
        }
        if (spec["ipFamilies"] is null)
        {
            spec.Put("ipFamilies", oldSpec["ipFamilies"]);
        }
        if (UsesNodePorts(spec) && UsesNodePorts(oldSpec))
        {
            foreach (var port in spec.Objects("ports").Where(port => port["nodePort"] is null))
            {
                var same = oldSpec.Objects("ports").FirstOrDefault(before =>
                    before.Number("port") == port.Number("port") && before.Text("protocol") == port.Text("protocol"));
                port.Put("nodePort", same?["nodePort"]);
            }
            if (NeedsHealthCheckPort(spec) && NeedsHealthCheckPort(oldSpec))
            {
                spec.Default("healthCheckNodePort", oldSpec.Number("healthCheckNodePort") ?? 0);
            }
        }
    }

    public override void Validate(JsonObject obj, JsonObject? old, List<StatusCause> causes) =>
        ServiceValidation.Validate(obj.Need("spec"), old?.Object("spec"), causes);

    public override void Allocate(JsonObject obj, JsonObject? old, List<StatusCause> causes)
    {
        var spec = obj.Need("spec");
        if (spec.Text("type") == "ExternalName")
        {
            return;
        }
        new ClusterIPAllocation(addresses, spec, old?.Object("spec"), causes).Run();
        if (causes.Count == 0)
        {
            new NodePortAllocation(addresses.NodePorts, spec, old?.Object("spec"), causes).Run();
        }
    }

    internal static bool UsesNodePorts(JsonObject spec) => spec.Text("type") is "NodePort" or "LoadBalancer";

    internal static bool NeedsHealthCheckPort(JsonObject spec) =>
        spec.Text("type") == "LoadBalancer" && spec.Text("externalTrafficPolicy") == "Local";

    internal static bool IsHeadless(JsonObject spec) => spec.Text("clusterIP") == Headless;

    // clusterIP and clusterIPs[0] say the same; clients may set either.
    private static void NormalizeClusterIPs(JsonObject spec)
    {
        var single = spec.Text("clusterIP");
        if (spec.Array("clusterIPs") is { Count: 0 })
        {
            spec.Remove("clusterIPs");
        }
        if (string.IsNullOrEmpty(single))
        {
            if (spec.Array("clusterIPs")?[0].AsText() is { Length: > 0 } first)
            {
                spec["clusterIP"] = first;
            }
            else
            {
                spec.Remove("clusterIP");
            }
        }
        else if (spec["clusterIPs"] is null)
        {
            spec["clusterIPs"] = new JsonArray(single);
        }
    }

    // A change of type releases what only the old type had, unless the update sets it anew.
    private static void DropWhatTheTypeLacks(JsonObject spec, JsonObject oldSpec)
    {
        if (spec.Text("type") == oldSpec.Text("type"))
        {
            return;
        }
        if (spec.Text("type") == "ExternalName")
        {
            foreach (var field in (ReadOnlySpan<string>)["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"])
            {
                if (JsonNode.DeepEquals(spec[field], oldSpec[field]))
                {
                    spec.Remove(field);
                }
            }
        }
        if (!UsesNodePorts(spec))
        {
            foreach (var port in spec.Objects("ports"))
            {
                port.Remove("nodePort");
            }
            spec.Remove("externalTrafficPolicy");
        }
        if (!NeedsHealthCheckPort(spec))
        {
            spec.Remove("healthCheckNodePort");
        }
        if (spec.Text("type") != "LoadBalancer")
        {
            spec.Remove("allocateLoadBalancerNodePorts");
            spec.Remove("loadBalancerClass");
        }
    }
}
