using Straum.Agent.Configuration;
using Straum.Agent.Configuration.Import;

namespace Straum.Agent.Tests.Configuration.Import;

/// <summary>Foreign configurations in <c>Fixtures</c>, and what an import of them must always hold to.</summary>
internal static class Fixture
{
    public static ImportSource Read(string name) => new(name, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Configuration/Import/Fixtures", name)));

    /// <summary>Imports, and checks that the result is one that schema and agent take.</summary>
    public static ImportResult Import(params ImportSource[] sources)
    {
        var result = ConfigImport.Run(sources);
        Options(result).ShouldNotBeNull();
        SchemaCheck.Problems(result.Yaml).ShouldBeEmpty();
        return result;
    }

    public static ImportResult Import(string text) => Import(new ImportSource("values.yaml", text));

    public static AgentOptions Options(ImportResult result)
    {
        var reading = ConfigReader.Read("straum.yaml", result.Yaml, new ConfigEnvironment(static _ => null, "host", "/opt/straum"));
        reading.Problems.ShouldBeEmpty(result.Yaml);
        return reading.Config!.Options;
    }

    public static ImportFinding Of(this ImportResult result, string key) => result.Findings.Single(f => f.Key == key);
}
