namespace Straum.Architecture;

/// <summary>Prose beside code rots unless a test reads it: the table of ARCHITECTURE.md against the folders.</summary>
public sealed class FolderTableTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md"));

    public static TheoryData<string> Folders => new(
        Directory.GetDirectories(Repository.Root).Select(d => Path.GetFileName(d))
            .Where(d => !d.StartsWith('.') && d is not ("bin" or "build" or "src"))
            .Concat(Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(d => "src/" + Path.GetFileName(d))));

    [Theory, MemberData(nameof(Folders))]
    public void Folder_HasItsLine(string folder) => Text.ShouldContain($"| `{folder}/` |");

    [Fact]
    public void EveryNamedFolder_Exists()
    {
        var named = System.Text.RegularExpressions.Regex.Matches(Text, @"^\| `([^`]+)/` \|", System.Text.RegularExpressions.RegexOptions.Multiline)
            .Select(m => m.Groups[1].Value);
        named.Where(f => !Directory.Exists(Path.Combine(Repository.Root, f))).ShouldBeEmpty();
    }
}
