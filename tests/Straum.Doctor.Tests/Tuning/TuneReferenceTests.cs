using Straum.Control.Tuning;

namespace Straum.Doctor.Tuning;

/// <summary>docs/reference/tune.md names what the program does.</summary>
public sealed class TuneReferenceTests
{
    [Fact]
    public void Reference_EverySetting_HasItsLine()
    {
        var page = Page();
        foreach (var setting in TuningCatalogue.All)
        {
            var value = setting.Key.StartsWith("net.netfilter.nf_conntrack_", StringComparison.Ordinal) && setting.Rule == SettingRule.AtLeast
                ? "by cores and memory"
                : $"`{setting.Value(new TuningFacts(1, 0))}`";
            page.ShouldContain($"| `{setting.Key}` | {value} | {setting.Profile.ToString().ToLowerInvariant()} | {(setting.Scope == SettingScope.Host ? "host" : "host and pods")} | {setting.Defaults} |");
        }
        foreach (var declined in TuningCatalogue.Declined)
        {
            page.ShouldContain($"`{declined.Key}`");
        }
    }

    private static string Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "straum.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("straum.slnx not found above " + AppContext.BaseDirectory);
        }
        return File.ReadAllText(Path.Combine(folder.FullName, "docs/reference/tune.md"));
    }
}
