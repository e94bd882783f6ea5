using System.Text;

namespace Straum.AbiGen;

/// <summary>The folder of generated files: everything in it that ends in <c>.g.cs</c> belongs to the generator.</summary>
internal sealed class OutputFolder(string path)
{
    /// <summary>Writes what differs and deletes what is no longer printed.</summary>
    public void Write(IReadOnlyDictionary<string, string> files)
    {
        Directory.CreateDirectory(path);
        foreach (var (name, text) in files)
        {
            if (ReadOrNull(name) != text)
            {
                File.WriteAllText(Path.Combine(path, name), text);
            }
        }
        foreach (var name in Present().Where(n => !files.ContainsKey(n)))
        {
            File.Delete(Path.Combine(path, name));
        }
    }

    /// <summary>What <see cref="Write"/> would change, like a unified diff without context; empty when nothing.</summary>
    public string Difference(IReadOnlyDictionary<string, string> files)
    {
        var difference = new StringBuilder();
        foreach (var name in files.Keys.Union(Present()).Order(StringComparer.Ordinal))
        {
            var (here, printed) = (ReadOrNull(name), files.GetValueOrDefault(name));
            if (here != printed)
            {
                difference.Append($"--- {(here is null ? "/dev/null" : Path.Combine(path, name))}\n+++ {(printed is null ? "/dev/null" : "generated/" + name)}\n");
                AppendLines(difference, Lines(here), Lines(printed));
            }
        }
        return difference.ToString();
    }

    // Lines that are common to the start and the end are left out: a changed layout moves few lines.
    private static void AppendLines(StringBuilder difference, string[] here, string[] printed)
    {
        var start = 0;
        while (start < Math.Min(here.Length, printed.Length) && here[start] == printed[start])
        {
            start++;
        }
        var end = 0;
        while (end < Math.Min(here.Length, printed.Length) - start && here[^(end + 1)] == printed[^(end + 1)])
        {
            end++;
        }
        difference.Append($"@@ -{start + 1},{here.Length - start - end} +{start + 1},{printed.Length - start - end} @@\n");
        difference.AppendJoin("", here[start..^end].Select(static l => $"-{l}\n")).AppendJoin("", printed[start..^end].Select(static l => $"+{l}\n"));
    }

    private static string[] Lines(string? text) => text?.TrimEnd('\n').Split('\n') ?? [];

    private IEnumerable<string> Present() =>
        Directory.Exists(path) ? Directory.GetFiles(path, "*.g.cs").Select(static f => Path.GetFileName(f)) : [];

    private string? ReadOrNull(string name)
    {
        var file = Path.Combine(path, name);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }
}
