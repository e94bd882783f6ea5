using System.Text.Json.Nodes;
using Straum.Agent.Configuration;

namespace Straum.Agent.Tests.Configuration;

/// <summary>The files that are printed from the key table are what the program prints.</summary>
public sealed class ConfigDocumentTests
{
    [Fact]
    public void Schema_InTheTree_IsWhatTheProgramPrints() =>
        Tree("deploy/straum.schema.json").ShouldBe(ConfigSchema.Print(), "run: straum config schema > deploy/straum.schema.json");

    [Fact]
    public void Reference_InTheTree_IsWhatTheProgramPrints() =>
        Tree("docs/reference/configuration.md").ShouldBe(ConfigReference.Print(), "run: straum config reference > docs/reference/configuration.md");

    [Fact]
    public void Schema_OfEveryKey_HasTypeAndDescription()
    {
        var root = JsonNode.Parse(ConfigSchema.Print())!.AsObject();
        root["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
        foreach (var key in ConfigKeys.All)
        {
            JsonNode at = root;
            foreach (var part in key.Path.Split('.'))
            {
                at = at["properties"]![part].ShouldNotBeNull(key.Path);
            }
            at["description"]!.GetValue<string>().ShouldStartWith(key.Doc);
            at["description"]!.GetValue<string>().ShouldEndWith(".");
            (at["type"] ?? at["enum"] ?? at["anyOf"]).ShouldNotBeNull(key.Path);
        }
    }

    private static string Tree(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "straum.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("straum.slnx not found above " + AppContext.BaseDirectory);
        }
        return File.ReadAllText(Path.Combine(folder.FullName, path));
    }
}
