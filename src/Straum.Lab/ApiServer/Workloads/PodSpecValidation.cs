using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;

namespace Straum.Lab.ApiServer.Workloads;

/// <summary>What a pod's spec must keep to, in a Pod and in every pod template.</summary>
internal static class PodSpecValidation
{
    /// <param name="path">Where the spec stands: <c>spec</c> or <c>spec.template.spec</c>.</param>
    /// <param name="claims">Names of volumes that each pod gets besides those of the spec: a StatefulSet's.</param>
    public static void Validate(JsonObject spec, string path, List<StatusCause> causes, params IEnumerable<string?> claims)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var volumes = spec.Objects("volumes").Select(volume => volume.Text("name")).Concat(claims).ToHashSet();
        foreach (var list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            foreach (var (index, container) in spec.Objects(list).Index())
            {
                ValidateContainer(container, $"{path}.{list}[{index}]", names, volumes, causes);
            }
        }
        OneOf(spec, "restartPolicy", path, causes, "Always", "OnFailure", "Never");
        OneOf(spec, "dnsPolicy", path, causes, "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        if (spec.Number("terminationGracePeriodSeconds") is < 0 and var grace)
        {
            causes.Add(StatusCause.Invalid($"{path}.terminationGracePeriodSeconds", $"{grace}", "must be greater than or equal to 0"));
        }
        MetadataRules.ValidateLabels(spec.Object("nodeSelector"), $"{path}.nodeSelector", causes);
    }

    private static void ValidateContainer(
        JsonObject container, string path, HashSet<string> names, HashSet<string?> volumes, List<StatusCause> causes)
    {
        var name = container.Text("name") ?? "";
        if (name.Length > 0 && NameRule.Label.Check(name) is { } refusal)
        {
            causes.Add(StatusCause.Invalid($"{path}.name", $"\"{name}\"", refusal));
        }
        else if (name.Length > 0 && !names.Add(name))
        {
            causes.Add(StatusCause.Duplicate($"{path}.name", $"\"{name}\""));
        }
        if (string.IsNullOrEmpty(container.Text("image")))
        {
            causes.Add(StatusCause.Required($"{path}.image"));
        }
        var portNames = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, port) in container.Objects("ports").Index())
        {
            var at = $"{path}.ports[{index}]";
            if (port.Number("containerPort") is { } number and not (>= 1 and <= 65535))
            {
                causes.Add(StatusCause.Invalid($"{at}.containerPort", $"{number}", "must be between 1 and 65535, inclusive"));
            }
            if (port.Text("name") is { Length: > 0 } portName && !portNames.Add(portName))
            {
                causes.Add(StatusCause.Duplicate($"{at}.name", $"\"{portName}\""));
            }
            OneOf(port, "protocol", at, causes, "SCTP", "TCP", "UDP");
        }
        foreach (var (index, mount) in container.Objects("volumeMounts").Index())
        {
            if (mount.Text("name") is { Length: > 0 } volume && !volumes.Contains(volume))
            {
                causes.Add(new StatusCause("FieldValueNotFound", $"Not found: \"{volume}\"", $"{path}.volumeMounts[{index}].name"));
            }
        }
    }

    private static void OneOf(JsonObject parent, string field, string path, List<StatusCause> causes, params string[] supported)
    {
        if (parent.Text(field) is { } value && !supported.Contains(value))
        {
            causes.Add(StatusCause.NotSupported($"{path}.{field}", $"\"{value}\"", supported));
        }
    }
}
