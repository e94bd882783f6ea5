using System.Net;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;

namespace Straum.Lab.ApiServer.Services;

/// <summary>What a Service's spec must keep to before anything is allocated for it.</summary>
internal static class ServiceValidation
{
    private const int MaxAffinityTimeout = 86400;

    public static void Validate(JsonObject spec, JsonObject? old, List<StatusCause> causes)
    {
        OneOf(spec, "spec", "type", causes, ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]);
        OneOf(spec, "spec", "sessionAffinity", causes, ["ClientIP", "None"]);
        OneOf(spec, "spec", "externalTrafficPolicy", causes, ["Cluster", "Local"]);
        OneOf(spec, "spec", "internalTrafficPolicy", causes, ["Cluster", "Local"]);
        OneOf(spec, "spec", "ipFamilyPolicy", causes, ["PreferDualStack", "RequireDualStack", "SingleStack"]);
        if (spec.Number("sessionAffinityConfig", "clientIP", "timeoutSeconds") is { } timeout and (<= 0 or > MaxAffinityTimeout))
        {
            causes.Add(StatusCause.Invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", $"{timeout}",
                $"must be greater than 0 and less than {MaxAffinityTimeout}"));
        }
        ValidatePorts(spec, causes);
        if (spec.Text("type") == "ExternalName")
        {
            if (string.IsNullOrEmpty(spec.Text("externalName")))
            {
                causes.Add(StatusCause.Required("spec.externalName"));
            }
            if (spec["clusterIPs"] is JsonArray { Count: > 0 } ips)
            {
                causes.Add(StatusCause.Invalid("spec.clusterIPs", GoList(ips), "may not be set for ExternalName services"));
            }
            return;
        }
        ValidateClusterIPs(spec, old, causes);
        foreach (var (index, ip) in spec.Texts("spec", "externalIPs").Index())
        {
            if (!IPAddress.TryParse(ip, out _))
            {
                causes.Add(StatusCause.Invalid($"spec.externalIPs[{index}]", $"\"{ip}\"", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
            }
        }
    }

    /// <summary>A list of strings as Go's <c>%#v</c> prints it.</summary>
    public static string GoList(JsonArray list) => $"[]string{{{string.Join(", ", list.Select(item => $"\"{item.AsText()}\""))}}}";

    private static void ValidatePorts(JsonObject spec, List<StatusCause> causes)
    {
        var ports = spec.Objects("ports").ToList();
        if (ports.Count == 0 && spec.Text("type") != "ExternalName" && !ServiceStrategy.IsHeadless(spec))
        {
            causes.Add(StatusCause.Required("spec.ports"));
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new HashSet<(string?, long?)>();
        foreach (var (index, port) in ports.Index())
        {
            var path = $"spec.ports[{index}]";
            var name = port.Text("name") ?? "";
            if (name.Length == 0 && ports.Count > 1)
            {
                causes.Add(StatusCause.Required($"{path}.name"));
            }
            else if (name.Length > 0 && NameRule.Label.Check(name) is { } refusal)
            {
                causes.Add(StatusCause.Invalid($"{path}.name", $"\"{name}\"", refusal));
            }
            else if (name.Length > 0 && !names.Add(name))
            {
                causes.Add(StatusCause.Duplicate($"{path}.name", $"\"{name}\""));
            }
            if (port.Number("port") is not (>= 1 and <= 65535) and var number)
            {
                causes.Add(StatusCause.Invalid($"{path}.port", $"{number ?? 0}", "must be between 1 and 65535, inclusive"));
            }
            OneOf(port, path, "protocol", causes, ["SCTP", "TCP", "UDP"]);
            if (port.Number("targetPort") is { } target and not (>= 1 and <= 65535))
            {
                causes.Add(StatusCause.Invalid($"{path}.targetPort", $"{target}", "must be between 1 and 65535, inclusive"));
            }
            if (port.Number("nodePort") is > 0 && !ServiceStrategy.UsesNodePorts(spec))
            {
                causes.Add(StatusCause.Forbidden($"{path}.nodePort", "may not be used when `type` is 'ClusterIP'"));
            }
            if (!numbers.Add((port.Text("protocol"), port.Number("port"))))
            {
                causes.Add(StatusCause.Duplicate(path,
                    $"{{\"port\":{port.Number("port")},\"protocol\":\"{port.Text("protocol")}\"}}"));
            }
        }
    }

    private static void ValidateClusterIPs(JsonObject spec, JsonObject? old, List<StatusCause> causes)
    {
        var ips = spec.Array("clusterIPs") ?? [];
        if (ips.Count > 2)
        {
            causes.Add(StatusCause.Invalid("spec.clusterIPs", GoList(ips), "may only hold up to 2 values"));
        }
        if (ips.Count > 0 && spec.Text("clusterIP") != ips[0].AsText())
        {
            causes.Add(StatusCause.Invalid("spec.clusterIPs", GoList(ips), "first value must match `clusterIP`"));
        }
        foreach (var (index, node) in ips.Index())
        {
            var ip = node.AsText() ?? "";
            if (ip == "None" && (index > 0 || ips.Count > 1))
            {
                causes.Add(StatusCause.Invalid($"spec.clusterIPs[{index}]", $"\"{ip}\"", "'None' must be the first and only value"));
            }
            else if (ip != "None" && ip.Length > 0 && !IPAddress.TryParse(ip, out _))
            {
                causes.Add(StatusCause.Invalid($"spec.clusterIPs[{index}]", $"\"{ip}\"", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
            }
        }
        if (ServiceStrategy.IsHeadless(spec) && ServiceStrategy.UsesNodePorts(spec))
        {
            causes.Add(StatusCause.Invalid("spec.clusterIPs[0]", "\"None\"", "may not be set to 'None' for LoadBalancer services"));
        }
        if (old is null || old.Text("type") == "ExternalName")
        {
            return;
        }
        var before = old.Array("clusterIPs") ?? [];
        if (before.Count > 0 && (ips.Count == 0 || ips[0].AsText() != before[0].AsText()))
        {
            causes.Add(StatusCause.Invalid("spec.clusterIPs[0]", GoList(ips), "may not change once set"));
        }
        if (before.Count > 1 && ips.Count > 1 && ips[1].AsText() != before[1].AsText())
        {
            causes.Add(StatusCause.Invalid("spec.clusterIPs[1]", GoList(ips), "may not change once set"));
        }
        if (old.Array("ipFamilies") is { Count: > 0 } families && spec.Array("ipFamilies") is { Count: > 0 } now
            && families[0].AsText() != now[0].AsText())
        {
            causes.Add(StatusCause.Invalid("spec.ipFamilies[0]", GoList(now), "may not change once set"));
        }
    }

    private static void OneOf(JsonObject parent, string path, string field, List<StatusCause> causes, string[] supported)
    {
        if (parent.Text(field) is { } value && !supported.Contains(value))
        {
            causes.Add(StatusCause.NotSupported($"{path}.{field}", $"\"{value}\"", supported));
        }
    }
}
