using System.IO.Enumeration;
using Straum.Control.Tuning;

namespace Straum.Doctor.Tuning;

/// <summary>What the administrator's sysctl files say: sysctl.d(5), without the folders that are the distribution's.</summary>
internal sealed class AdministratorsFiles
{
    private readonly List<(string Where, SysctlLine Setting)> _lines = [];

    private AdministratorsFiles()
    {
    }

    /// <summary>
    /// Reads them; what cannot be read is an error, because it may say anything. A link that leads nowhere says nothing: systems
    /// without /etc/sysctl.conf have one to it.
    /// </summary>
    /// <param name="paths">Where they are.</param>
    /// <param name="journal">With it the file of Straum's own name is Straum's, and what it keeps is the administrator's; without, the file is the administrator's.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static AdministratorsFiles Read(TunePaths paths, TuneJournal? journal)
    {
        var files = new AdministratorsFiles();
        var byName = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in paths.AdministratorsFolders)
        {
            if (paths.Resolve(folder) is not { } place || !Directory.Exists(place))
            {
                continue;
            }
            foreach (var name in Directory.EnumerateFiles(place, "*.conf").Select(static f => Path.GetFileName(f)))
            {
                // Of two files of one name the one in /etc counts, and it is listed last.
                var file = Path.Combine(folder, name);
                if (file != paths.OwnFile || journal is not { HasFiles: true, OwnFile: null })
                {
                    byName[name] = file;
                }
            }
        }
        foreach (var file in byName.Values)
        {
            files.Add(file, file == paths.OwnFile && journal is { HasFiles: true, OwnFile: { } kept } ? kept.Text : paths.ReadText(file));
        }
        files.Add(paths.AdministratorsFile, paths.ReadText(paths.AdministratorsFile));
        return files;
    }

    /// <summary>The line that counts for a key, which is the last; null when none names it.</summary>
    public AdministratorsLine? Find(string key) => _lines
        .FindLast(l => l.Setting.Key == key || (l.Setting.Key.Contains('*') && FileSystemName.MatchesSimpleExpression(l.Setting.Key, key, ignoreCase: false))) is { Setting: not null } line
        ? new AdministratorsLine(line.Where, line.Setting.Value)
        : null;

    private void Add(string file, string? text) => _lines.AddRange(SysctlText.Lines(text ?? "")
        .Where(static l => l.Setting is not null)
        .Select(l => ($"{file}:{l.Number}", l.Setting!)));
}
