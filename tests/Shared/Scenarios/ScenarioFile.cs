namespace Straum.Scenarios;

/// <summary>
/// A scenario: objects in, and what shall come of them, as text. Lines "== name argument" begin a section; text
/// before the first says what the scenario is about. Every runner reads the sections that it knows, in order,
/// and passes over the others, so one file holds a case from the objects to the packets.
/// </summary>
/// <remarks>
/// Sections so far (Straum.Control.Tests):
/// <list type="bullet">
/// <item>objects: YAML documents that are created or replaced;</item>
/// <item>delete: one "Kind namespace/name" per line;</item>
/// <item>desired on NODE: the frontends of that node from here on, one per line;</item>
/// <item>problems on NODE: the problems there, each line the beginning of one; without the section there are none.</item>
/// </list>
/// </remarks>
public sealed record ScenarioFile(string Path, IReadOnlyList<ScenarioSection> Sections)
{
    /// <summary>All scenarios below tests/scenarios.</summary>
    public static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFiles(System.IO.Path.Combine(Root, folder), "*.scenario", SearchOption.AllDirectories)
            .Select(f => System.IO.Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal);

    /// <param name="name">The path below tests/scenarios.</param>
    public static ScenarioFile Read(string name)
    {
        var path = System.IO.Path.Combine(Root, name);
        return Parse(name, File.ReadAllLines(path));
    }

    public static ScenarioFile Parse(string path, IEnumerable<string> lines)
    {
        var sections = new List<ScenarioSection>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                var words = line[3..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                sections.Add(new ScenarioSection($"{path}:{number}", words[0], words is [_, "on", var node] ? node : "", []));
            }
            else if (sections.Count > 0)
            {
                sections[^1].Lines.Add(line);
            }
        }
        return new ScenarioFile(path, sections);
    }

    private static string Root { get; } = Find();

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "straum.slnx")))
            {
                return System.IO.Path.Combine(directory.FullName, "tests", "scenarios");
            }
        }
        throw new InvalidOperationException("straum.slnx not found above " + AppContext.BaseDirectory);
    }
}

/// <summary>A section of a scenario.</summary>
/// <param name="Place">"file:line", for messages.</param>
/// <param name="Name">What it holds, as in "objects".</param>
/// <param name="Node">The node that it is about; empty when about none.</param>
/// <param name="Lines">As written.</param>
public sealed record ScenarioSection(string Place, string Name, string Node, List<string> Lines)
{
    public string Text => string.Join('\n', Lines);

    /// <summary>The lines that say something, with single blanks.</summary>
    public IReadOnlyList<string> Statements =>
        [.. Lines.Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Where(l => l.Length > 0 && l[0] != '#')];
}
