using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Workloads;

/// <summary>The defaults of a pod's spec, in a Pod and in every pod template.</summary>
internal static class PodSpecDefaults
{
    private const long DefaultGraceSeconds = 30;

    // Octal 0644.
    private const int DefaultFileMode = 420;

    public static void Apply(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("terminationGracePeriodSeconds", DefaultGraceSeconds);
        spec.Default("securityContext", new JsonObject());
        // The two names are one field; the old one is still written for old readers.
        spec.Put("serviceAccountName", spec["serviceAccountName"] ?? spec["serviceAccount"]);
        spec.Put("serviceAccount", spec["serviceAccountName"]);
        foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers")))
        {
            ApplyToContainer(container, spec.Flag("hostNetwork"));
        }
        foreach (var volume in spec.Objects("volumes"))
        {
            foreach (var source in (ReadOnlySpan<string>)["configMap", "secret", "downwardAPI", "projected"])
            {
                volume.Object(source)?.Default("defaultMode", DefaultFileMode);
            }
        }
    }

    private static void ApplyToContainer(JsonObject container, bool hostNetwork)
    {
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        container.Default("imagePullPolicy", PullPolicy(container.Text("image") ?? ""));
        container.Default("resources", new JsonObject());
        foreach (var port in container.Objects("ports"))
        {
            port.Default("protocol", "TCP");
            if (hostNetwork)
            {
                port.Default("hostPort", port.Number("containerPort") ?? 0);
            }
        }
        foreach (var variable in container.Objects("env"))
        {
            variable.Object("valueFrom", "fieldRef")?.Default("apiVersion", "v1");
        }
        foreach (var name in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container.Object(name) is { } probe)
            {
                probe.Default("timeoutSeconds", 1);
                probe.Default("periodSeconds", 10);
                probe.Default("successThreshold", 1);
                probe.Default("failureThreshold", 3);
                probe.Object("httpGet")?.Default("path", "/");
                probe.Object("httpGet")?.Default("scheme", "HTTP");
            }
        }
    }

    // Always for :latest and for no tag at all; an image named by digest never changes.
    private static string PullPolicy(string image)
    {
        var name = image[(image.LastIndexOf('/') + 1)..];
        if (name.Contains('@', StringComparison.Ordinal))
        {
            return "IfNotPresent";
        }
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || name[(colon + 1)..] == "latest" ? "Always" : "IfNotPresent";
    }
}
