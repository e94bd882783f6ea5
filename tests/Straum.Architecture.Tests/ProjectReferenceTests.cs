using System.Xml.Linq;

namespace Straum.Architecture;

/// <summary>Keeps the arrows of DESIGN §2 true: what each project may refer to.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Straum.Linux"] = [],
        ["Straum.Kubernetes"] = [],
        ["Straum.Control"] = ["Straum.Kubernetes"],
        ["Straum.Datapath"] = ["Straum.Control", "Straum.Linux"],
        ["Straum.Agent"] = ["Straum.Datapath"],
        ["Straum.Lab"] = ["Straum.Kubernetes", "Straum.Linux"],
        ["Straum.Doctor"] = ["Straum.Control", "Straum.Linux"],
        ["Straum.Cli"] = ["Straum.Agent", "Straum.Doctor", "Straum.Lab"],
    };

    public static TheoryData<string> Projects => new(Allowed.Keys);

    [Theory, MemberData(nameof(Projects))]
    public void Project_References_OnlyFollowTheArrows(string project)
    {
        var path = Path.Combine(Repository.Root, "src", project, project + ".csproj");
        var references = XDocument.Load(path).Descendants("ProjectReference")
            .Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value));
        references.ShouldBeSubsetOf(Allowed[project]);
    }

    [Fact]
    public void EveryProject_IsNamedHere() =>
        Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName)
            .ShouldBe(Allowed.Keys, ignoreOrder: true);

    [Fact]
    public void PInvokes_LiveOnlyInStraumLinux() =>
        Repository.Sources("src").Where(f => !f.Contains("/Straum.Linux/") && File.ReadAllText(f) is var text
            && (text.Contains("[LibraryImport") || text.Contains("[DllImport"))).ShouldBeEmpty();
}
