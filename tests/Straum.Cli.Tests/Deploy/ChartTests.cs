using System.Text.Json.Nodes;
using System.Xml.Linq;
using Straum.Agent.Configuration;
using Straum.Kubernetes.Yaml;

namespace Straum.Cli.Tests.Deploy;

/// <summary>
/// The chart against the manifests that it is made from, as far as that can be told without helm (see <see cref="HelmTests"/>): that
/// templates are the manifests but for the places of values, and that the default values are those of the manifests.
/// </summary>
public sealed class ChartTests
{
    private static readonly JsonNode Values = Yaml("values.yaml");

    [Fact]
    public void Templates_AndSchema_AreWhatFollowsFromTheManifests()
    {
        var update = Environment.GetEnvironmentVariable("STRAUM_UPDATE_CHART") is "1";
        foreach (var (name, content) in Chart.Generate())
        {
            var path = Path.Combine(Chart.Folder, name);
            if (update)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, content);
            }
            File.ReadAllText(path).ShouldBe(content, $"{name} is not up to date: make chart");
        }
        Directory.GetFiles(Path.Combine(Chart.Folder, "templates")).Length.ShouldBe(Chart.Generate().Keys.Count(name => name.StartsWith("templates/")));
    }

    [Fact]
    public void Values_ByDefault_AreThoseOfTheManifests()
    {
        var agent = Deployment.Kubernetes.Agent;
        JsonNode.DeepEquals(Values["capabilities"], agent["securityContext"]!["capabilities"]!["add"]).ShouldBeTrue();
        JsonNode.DeepEquals(Values["resources"], agent["resources"]).ShouldBeTrue();
        JsonNode.DeepEquals(Values["config"], JsonNode.Parse(YamlJson.Documents(Deployment.Kubernetes.Configuration).Single().Span)).ShouldBeTrue();
    }

    [Fact]
    public void Values_Config_IsARightConfiguration() =>
        ConfigReader.Read("values.yaml", Values["config"]!.ToJsonString(), ConfigEnvironment.OfProcess).Problems.ShouldBeEmpty();

    [Fact]
    public void Values_AreAllInTheSchema_AtEveryLevel() =>
        Unknown(Values, JsonNode.Parse(File.ReadAllText(Path.Combine(Chart.Folder, "values.schema.json")))!, "").ShouldBeEmpty();

    [Fact]
    public void Version_IsTheProgramsEverywhere()
    {
        var version = XDocument.Load(Path.Combine(Deployment.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        ((string?)Yaml("Chart.yaml")["appVersion"]).ShouldBe(version);
        ((string?)Deployment.Kubernetes.Agent["image"]).ShouldBe($"straum:{version}");
    }

    private static JsonNode Yaml(string file) =>
        JsonNode.Parse(YamlJson.Documents(File.ReadAllText(Path.Combine(Chart.Folder, file))).Single().Span)!;

    private static IEnumerable<string> Unknown(JsonNode value, JsonNode schema, string path)
    {
        if (value is not JsonObject group || schema["properties"] is not JsonObject properties)
        {
            return [];
        }
        return group.SelectMany(field => properties[field.Key] is { } known ? Unknown(field.Value!, known, $"{path}.{field.Key}") : [$"{path}.{field.Key}"]);
    }
}
