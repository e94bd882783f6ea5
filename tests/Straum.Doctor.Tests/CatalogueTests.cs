using System.Text.RegularExpressions;
using Straum.Doctor.Reporting;

namespace Straum.Doctor;

public sealed partial class CatalogueTests
{
    private static readonly Dictionary<CheckGroup, string> Prefixes = new()
    {
        [CheckGroup.Kernel] = "KE",
        [CheckGroup.Cpu] = "CP",
        [CheckGroup.Conntrack] = "CT",
        [CheckGroup.Network] = "NE",
        [CheckGroup.Rules] = "RU",
        [CheckGroup.Sysctls] = "SY",
        [CheckGroup.Disk] = "DI",
        [CheckGroup.Dns] = "DN",
        [CheckGroup.Pods] = "PO",
        [CheckGroup.Cluster] = "CL",
    };

    [Fact]
    public void Ids_AreNeverGivenTwice() =>
        Catalogue.All.Select(static c => c.Id).Concat(Catalogue.Retired).ShouldBeUnique();

    [Fact]
    public void Ids_CarryTheirGroup()
    {
        foreach (var check in Catalogue.All)
        {
            Id().Match(check.Id).Groups[1].Value.ShouldBe(Prefixes[check.Group], check.Id);
        }
    }

    [Fact]
    public void EveryCheckClass_IsInTheCatalogue() =>
        typeof(Check).Assembly.GetTypes().Where(static t => t.IsSubclassOf(typeof(Check)) && !t.IsAbstract)
            .ShouldBe(Catalogue.All.Select(static c => c.GetType()), ignoreOrder: true);

    [Fact]
    public void ReferencePage_HasWhatTheChecksSay()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs/reference/doctor.md"));
        var generated = page[(page.IndexOf(ReferencePage.Marker, StringComparison.Ordinal) + ReferencePage.Marker.Length + 1)..];
        generated.ShouldBe(ReferencePage.Write(Catalogue.All), "make docs writes it anew");
    }

    [GeneratedRegex(@"^ST-([A-Z]{2})-\d{3}$")]
    private static partial Regex Id();

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "straum.slnx")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("straum.slnx not found above " + AppContext.BaseDirectory);
        }
        return directory.FullName;
    }
}
