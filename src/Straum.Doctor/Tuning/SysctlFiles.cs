using Straum.Control.Tuning;

namespace Straum.Doctor.Tuning;

/// <summary>What sysctl files say: sysctl.d(5).</summary>
internal sealed class SysctlFiles
{
    private readonly List<(string Where, SysctlLine Setting)> _lines = [];
    private readonly HashSet<string> _exempted = [];

    private SysctlFiles()
    {
    }

    /// <summary>
    /// Reads the administrator's, so without the folder that is the distribution's. What cannot be read is an error, because it may say
    /// anything. A link that leads nowhere says nothing: systems without /etc/sysctl.conf have one to it.
    /// </summary>
    /// <param name="paths">Where they are.</param>
    /// <param name="journal">With it the file of Straum's own name is Straum's, and what it keeps is the administrator's; without, the file is the administrator's.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static SysctlFiles OfAdministrator(TunePaths paths, TuneJournal? journal) => Read(paths, paths.AdministratorsFolders,
        file => file != paths.OwnFile || journal is not { HasFiles: true } ? paths.ReadText(file) : journal.OwnFile?.Text);

    /// <summary>Reads all, as they are, for <see cref="FindAtStart"/>.</summary>
    /// <inheritdoc cref="OfAdministrator"/>
    public static SysctlFiles OfTheNextStart(TunePaths paths) => Read(paths, [paths.DistributionsFolder, .. paths.AdministratorsFolders], paths.ReadText);

    private static SysctlFiles Read(TunePaths paths, IReadOnlyList<string> folders, Func<string, string?> textOf)
    {
        var files = new SysctlFiles();
        var byName = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            if (paths.Resolve(folder) is not { } place || !Directory.Exists(place))
            {
                continue;
            }
            foreach (var name in Directory.EnumerateFiles(place, "*.conf").Select(static f => Path.GetFileName(f)))
            {
                // Of two files of one name the one in /etc counts, and it is listed last.
                byName[name] = Path.Combine(folder, name);
            }
        }
        foreach (var file in byName.Values)
        {
            files.Add(file, textOf(file));
        }
        files.Add(paths.AdministratorsFile, paths.ReadText(paths.AdministratorsFile));
        return files;
    }

    /// <summary>The line that counts for a key, which is the last; null when none names it.</summary>
    public AdministratorsLine? Find(string key) => FindLast(s => s.Key == key || IsPatternOf(key, s));

    /// <summary>The line that decides when the machine starts: a pattern does not where a line has the key itself, wherever that is.</summary>
    public AdministratorsLine? FindAtStart(string key) => FindLast(s => s.Key == key) ?? FindLast(s => IsPatternOf(key, s));

    private AdministratorsLine? FindLast(Predicate<SysctlLine> isIt) =>
        _lines.FindLast(l => isIt(l.Setting)) is { Setting: not null } line ? new AdministratorsLine(line.Where, line.Setting.Value) : null;

    private bool IsPatternOf(string key, SysctlLine line) => SysctlPattern.Is(line.Key) && !_exempted.Contains(key) && SysctlPattern.Matches(line.Key, key);

    private void Add(string file, string? text)
    {
        foreach (var (number, line, setting) in SysctlText.Lines(text ?? ""))
        {
            if (setting is not null)
            {
                _lines.Add(($"{file}:{number}", setting));
            }
            else if (SysctlText.Exempted(line) is { } key)
            {
                _exempted.Add(key);
            }
        }
    }
}
