using System.Diagnostics;
using System.Text.Json.Nodes;
using Straum.Kubernetes.Yaml;

namespace Straum.Cli.Tests.Deploy;

/// <summary>What deploy/kubernetes renders to, and what the tests want to know of it.</summary>
internal sealed class Deployment
{
    private static readonly Lazy<Deployment> Rendered = new(() => Render(Folder));

    private readonly JsonObject[] _objects;

    /// <param name="yaml">Objects, as kustomize and helm print them.</param>
    public Deployment(string yaml) => _objects = [.. YamlJson.Documents(yaml).Select(json => JsonNode.Parse(json.Span)!.AsObject())];

    public static Deployment Kubernetes => Rendered.Value;

    /// <summary>What a kustomization renders to.</summary>
    public static Deployment Render(string folder) => new(Kubectl("kustomize", folder));

    /// <summary>The checkout that the tests run in.</summary>
    public static string Root { get; } = FindRoot();

    public static string Folder => Path.Combine(Root, "deploy", "kubernetes");

    /// <summary>The pod that the DaemonSet makes on each node.</summary>
    public JsonObject Pod => One("DaemonSet")["spec"]!["template"]!["spec"]!.AsObject();

    public JsonObject Agent => Pod["containers"]!.AsArray().Single()!.AsObject();

    public JsonObject Installer => Pod["initContainers"]!.AsArray().Single()!.AsObject();

    /// <summary>straum.yaml as the agent gets it.</summary>
    public string Configuration => (string)One("ConfigMap")["data"]!["straum.yaml"]!;

    /// <summary>What the ClusterRole allows, as "verb group/resource".</summary>
    public string[] Allowed => RulesOf(One("ClusterRole"));

    public IEnumerable<string> Kinds => _objects.Select(o => (string)o["kind"]!);

    public JsonObject One(string kind) => _objects.Single(o => (string?)o["kind"] == kind);

    public static string[] RulesOf(JsonNode role) =>
    [
        .. from rule in role["rules"]!.AsArray()
           from verb in rule!["verbs"]!.AsArray()
           from api in rule["apiGroups"]!.AsArray()
           from resource in rule["resources"]!.AsArray()
           select $"{verb} {api}/{resource}",
    ];

    /// <summary>Runs kubectl; fails the test when it does.</summary>
    public static string Kubectl(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("kubectl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"kubectl {string.Join(' ', arguments)}: {error.Result}");
        return output;
    }

    private static string FindRoot()
    {
        for (var dir = new DirectoryInfo(AppContext.BaseDirectory); dir is not null; dir = dir.Parent)
        {
            if (File.Exists(Path.Combine(dir.FullName, "straum.slnx")))
            {
                return dir.FullName;
            }
        }
        throw new InvalidOperationException("straum.slnx not found above " + AppContext.BaseDirectory);
    }
}
