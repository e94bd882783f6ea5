namespace Straum.Datapath.Programs;

/// <summary>
/// Where the datapath lives between two runs of the agent: tables under a directory that carries the hash of their layouts,
/// so that a build never takes over a table that it would misread, and links beside it, so that any build finds and
/// updates what is attached.
/// </summary>
public sealed class PinLayout
{
    private const string Prefix = "maps-";

    /// <param name="root">Below a bpffs mount.</param>
    public PinLayout(string root)
    {
        Root = root;
        Links = Path.Combine(root, "links");
    }

    public string Root { get; }

    public string Links { get; }

    public string Link(string name) => Path.Combine(Links, name);

    /// <summary>Every set of tables there is, the newest first.</summary>
    internal IReadOnlyList<Generation> Generations() => !Directory.Exists(Root) ? [] :
    [
        .. Directory.EnumerateDirectories(Root, Prefix + "*").Select(Parse).OrderByDescending(g => g.Number),
    ];

    /// <summary>The set in use; null on a node that has none.</summary>
    internal Generation? Current() => Generations().FirstOrDefault(g => g.IsReady);

    /// <summary>A set to be made, in an empty directory.</summary>
    internal Generation Next(string schema)
    {
        var number = Generations().Select(g => g.Number).DefaultIfEmpty(0).Max() + 1;
        var next = new Generation(Path.Combine(Root, $"{Prefix}{schema}-{number}"), schema, number);
        Directory.CreateDirectory(next.Directory);
        return next;
    }

    // Without a number: as version 0.1 named them.
    private static Generation Parse(string directory)
    {
        var parts = Path.GetFileName(directory)[Prefix.Length..].Split('-');
        return new Generation(directory, parts[0], parts.Length > 1 && int.TryParse(parts[1], out var number) ? number : 0);
    }
}
