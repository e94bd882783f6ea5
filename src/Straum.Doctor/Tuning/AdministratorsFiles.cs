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

    /// <summary>Reads them; what cannot be read is an error, because it may say anything.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static AdministratorsFiles Read(TunePaths paths)
    {
        var files = new AdministratorsFiles();
        var byName = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in paths.AdministratorsFolders.Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.conf").Where(f => f != paths.OwnFile))
            {
                // Of two files of one name the one in /etc counts, and it is listed last.
                byName[Path.GetFileName(file)] = file;
            }
        }
        foreach (var file in byName.Values)
        {
            files.Add(file);
        }
        if (File.Exists(paths.AdministratorsFile))
        {
            files.Add(paths.AdministratorsFile);
        }
        return files;
    }

    /// <summary>The line that counts for a key, which is the last; null when none names it.</summary>
    public AdministratorsLine? Find(string key) => _lines
        .FindLast(l => l.Setting.Key == key || (l.Setting.Key.Contains('*') && FileSystemName.MatchesSimpleExpression(l.Setting.Key, key, ignoreCase: false))) is { Setting: not null } line
        ? new AdministratorsLine(line.Where, line.Setting.Value)
        : null;

    private void Add(string file) => _lines.AddRange(SysctlText.Lines(File.ReadAllText(file))
        .Where(static l => l.Setting is not null)
        .Select(l => ($"{file}:{l.Number}", l.Setting!)));
}
