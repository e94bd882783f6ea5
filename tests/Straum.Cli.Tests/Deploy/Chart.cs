using System.Text.Json;
using System.Text.Json.Nodes;

namespace Straum.Cli.Tests.Deploy;

/// <summary>
/// The Helm chart as it follows from deploy/kubernetes and deploy/straum.schema.json, so that the pod is described once. Keys are file
/// names below deploy/helm/straum.
/// </summary>
internal static class Chart
{
    private const string Header = "# Written by make chart from deploy/kubernetes; change it there.\n";

    // helm install would add it, but what helm template prints is applied by other tools.
    private const string Namespace = "  namespace: {{ .Release.Namespace }}\n";

    private const string Labels = """
          labels:
            app.kubernetes.io/name: straum
            app.kubernetes.io/instance: {{ .Release.Name }}
            app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}

        """;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Folder { get; } = Path.Combine(Deployment.Root, "deploy", "helm", "straum");

    public static Dictionary<string, string> Generate() => new()
    {
        ["templates/serviceaccount.yaml"] = Template("serviceaccount", Namespace),
        ["templates/clusterrole.yaml"] = Template("clusterrole") + "{{- if .Values.serviceConditions }}\n" + ServiceConditionsRule() + "{{- end }}\n",
        ["templates/clusterrolebinding.yaml"] = Once(Template("clusterrolebinding"), "  - kind: ServiceAccount\n    name: straum\n",
            "  - kind: ServiceAccount\n    name: straum\n  " + Namespace),
        ["templates/daemonset.yaml"] = WithValues(Template("daemonset", Namespace)),
        ["templates/configmap.yaml"] = Header + "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: straum\n" + Namespace + Labels
            + "data:\n  straum.yaml: |\n    {{- toYaml (.Values.config | default dict) | nindent 4 }}\n",
        ["values.schema.json"] = Schema().ToJsonString(Indented) + "\n",
    };

    private static string Template(string name, string inNamespace = "")
    {
        var lines = File.ReadAllLines(Path.Combine(Deployment.Folder, name + ".yaml")).Where(line => !line.StartsWith('#'));
        return Header + Once(string.Join('\n', lines) + "\n", "metadata:\n  name: straum\n", "metadata:\n  name: straum\n" + inNamespace + Labels);
    }

    // Those of the kustomize component, with the port of the configuration.
    private static string ScrapeAnnotations()
    {
        var patch = File.ReadAllText(Path.Combine(Deployment.Folder, "metrics", "annotations.yaml")).Split("      annotations:\n")[1];
        // On loopback nobody from elsewhere can scrape it: a proxy on the node does.
        return "        {{- $listen := ((.Values.config).metrics).listen | default \"\" }}\n"
            + "        {{- if and $listen (not (regexMatch \"^(127\\\\.|\\\\[::1\\\\])\" $listen)) }}\n"
            + Once(patch, "prometheus.io/port: \"9962\"", "prometheus.io/port: {{ regexReplaceAll \"^.*:\" $listen \"\" | quote }}") + "        {{- end }}\n";
    }

    // What the patch of the kustomize component adds, as one more rule.
    private static string ServiceConditionsRule()
    {
        var rule = File.ReadAllText(Path.Combine(Deployment.Folder, "service-conditions", "rule.yaml")).Split("  value:\n")[1].TrimEnd('\n').Split('\n');
        return string.Concat(rule.Select((line, i) => (i == 0 ? "  - " : "    ") + line.Trim() + "\n"));
    }

    private static string WithValues(string daemonSet)
    {
        foreach (var container in (string[])["install-cni", "agent"])
        {
            var name = $"        - name: {container}\n";
            daemonSet = Once(daemonSet, name + "          image: straum\n", name
                + "          image: \"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\"\n"
                + "          imagePullPolicy: {{ .Values.image.pullPolicy }}\n");
        }
        daemonSet = Once(daemonSet, "add: [NET_ADMIN, SYS_ADMIN]", "add: {{ toJson .Values.capabilities }}");
        // A changed configuration rolls the agents: kustomize puts its hash into the ConfigMap's name, a chart into the pod.
        daemonSet = Once(daemonSet, "    metadata:\n      labels:\n",
            "    metadata:\n      annotations:\n        checksum/config: {{ toYaml .Values.config | sha256sum | quote }}\n" + ScrapeAnnotations() + "      labels:\n");
        return Once(daemonSet, "            requests:\n              cpu: 100m\n              memory: 192Mi\n", "            {{- toYaml .Values.resources | nindent 12 }}\n");
    }

    // What the manifests no longer say must not stay behind in the chart unnoticed.
    private static string Once(string text, string old, string replacement)
    {
        var parts = text.Split(old);
        parts.Length.ShouldBe(2, $"the manifests do not say this once:\n{old}");
        return parts[0] + replacement + parts[1];
    }

    private static JsonObject Schema()
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(Deployment.Root, "deploy/straum.schema.json")))!.AsObject();
        config.Remove("$schema");
        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "Values of the chart straum",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject
            {
                ["image"] = new JsonObject
                {
                    ["type"] = "object",
                    ["additionalProperties"] = false,
                    ["properties"] = new JsonObject
                    {
                        ["repository"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 },
                        ["tag"] = new JsonObject { ["type"] = "string" },
                        ["pullPolicy"] = new JsonObject { ["enum"] = new JsonArray("Always", "IfNotPresent", "Never") },
                    },
                },
                ["config"] = config,
                ["capabilities"] = new JsonObject
                {
                    ["type"] = "array",
                    ["uniqueItems"] = true,
                    ["items"] = new JsonObject { ["type"] = "string", ["pattern"] = "^[A-Z_]+$" },
                },
                ["resources"] = new JsonObject { ["type"] = "object" },
                ["serviceConditions"] = new JsonObject { ["type"] = "boolean" },
                ["global"] = new JsonObject { ["type"] = "object" },
            },
        };
    }
}
