using System.Globalization;
using System.Text;
using Straum.Control.Tuning;
using Straum.Linux;

namespace Straum.Doctor.Tuning;

/// <summary>
/// The sysctl.d and the modules-load.d file that outlive a restart. Of somebody's file that is there under such a name the
/// lines stay in force, above Straum's.
/// </summary>
internal sealed class OwnFiles(TunePaths paths)
{
    private const string Mark = "# Written by `straum tune";
    private const string Begin = Mark + " apply`, removed by `straum tune revert`.";

    /// <summary>Files with what an apply wrote. Without a journal nobody knows any more what was there before.</summary>
    public IReadOnlyList<string> Leftovers() =>
        [.. new[] { paths.OwnFile, paths.ModulesFile }.Where(f => paths.ReadText(f)?.Contains(Begin, StringComparison.Ordinal) == true)];

    /// <summary>For the journal: what is there and not of an apply that the journal is about.</summary>
    public TuneJournal Keep(TuneJournal journal) =>
        journal with { OwnFile = KeptFile.Of(paths, paths.OwnFile), ModulesFile = KeptFile.Of(paths, paths.ModulesFile), HasFiles = true };

    /// <summary>Makes the next start of the machine write what the journal says.</summary>
    public void Write(TuneJournal journal)
    {
        foreach (var file in Of(journal))
        {
            if (file.Text is { } text)
            {
                DurableFile.Write(file.Path, [.. Above(file.Kept), .. Encoding.UTF8.GetBytes(text)], file.Kept?.Mode ?? DurableFile.Readable);
            }
            else
            {
                PutBack(file.Path, file.Kept);
            }
        }
    }

    /// <summary>Files that are not as the journal would have them: gone, changed, or not written yet when an apply was interrupted.</summary>
    public IReadOnlyList<string> Unlike(TuneJournal journal) =>
        [.. Of(journal).Where(f => !LinesOf(paths.ReadText(f.Path)).SequenceEqual(LinesOf(TextOf(f)))).Select(static f => f.Path)];

    /// <summary>Files that somebody changed since, so that there is something in them to keep.</summary>
    public IReadOnlyList<string> Changed(TuneJournal journal)
    {
        // What an interrupted apply was about may be in a file or not.
        var open = journal.Settings.Where(static s => !s.Done).Select(static s => s.Key).ToHashSet();
        var openModules = open.Select(ModuleOf).ToHashSet();
        return [.. Of(journal).Where(f => paths.ReadText(f.Path) is { } now && now != f.Kept?.Text && !Certain(now).SequenceEqual(Certain(TextOf(f)))).Select(static f => f.Path)];

        IEnumerable<string> Certain(string text) =>
            LinesOf(text).Where(l => !openModules.Contains(l) && !SysctlText.Lines(l).Any(s => s.Setting is { } setting && open.Contains(setting.Key)));
    }

    /// <summary>Keeps what <see cref="Changed"/> names, each under a name that nothing reads at the start of the machine.</summary>
    /// <returns>The file, and where it is kept.</returns>
    public IReadOnlyList<(string Path, string Copy)> SetAside(TuneJournal journal) => [.. Changed(journal).Select(path =>
    {
        var now = KeptFile.Of(paths, path)!;
        var number = 1;
        while (File.Exists(CopyOf(path, number)) && !File.ReadAllBytes(CopyOf(path, number)).AsSpan().SequenceEqual(now.Content))
        {
            number++;
        }
        var copy = CopyOf(path, number);
        DurableFile.Write(copy, now.Content, now.Mode);
        now.Owner.Give(copy);
        return (path, copy);
    })];

    /// <summary>Modules that the next start of the machine is to load, and would not.</summary>
    public IReadOnlyList<string> MissingModules(TuneJournal journal) =>
        [.. ModulesOf(journal).Except(LinesOf(paths.ReadText(paths.ModulesFile)).Select(static l => l.Trim()))];

    /// <summary>As before.</summary>
    public void PutBack(TuneJournal journal)
    {
        PutBack(paths.OwnFile, journal.OwnFile);
        PutBack(paths.ModulesFile, journal.ModulesFile);
    }

    // Both files with what Straum writes to them, null for nothing.
    private IReadOnlyList<(string Path, KeptFile? Kept, string? Text)> Of(TuneJournal journal)
    {
        var settings = new StringBuilder(Begin + " To keep a value of your own, name its key in another file.\n");
        foreach (var entry in journal.Settings)
        {
            // The dash: another kernel that is started may not have it.
            settings.Append(CultureInfo.InvariantCulture, $"-{entry.Key} = {entry.Written}\n");
        }
        var modules = ModulesOf(journal);
        return
        [
            (paths.OwnFile, journal.OwnFile, settings.ToString()),
            (paths.ModulesFile, journal.ModulesFile, modules.Count == 0 ? null : Begin + "\n" + string.Concat(modules.Select(static m => m + "\n"))),
        ];
    }

    private static SortedSet<string> ModulesOf(TuneJournal journal) => new(journal.Settings.Select(static s => ModuleOf(s.Key)).OfType<string>(), StringComparer.Ordinal);

    private static string? ModuleOf(string key) => TuningCatalogue.All.FirstOrDefault(s => s.Key == key)?.Module;

    private static byte[] Above(KeptFile? kept) => kept is { Content: [.., not (byte)'\n'] } ? [.. kept.Content, (byte)'\n'] : kept?.Content ?? [];

    private static string TextOf((string Path, KeptFile? Kept, string? Text) file) => Encoding.UTF8.GetString(Above(file.Kept)) + file.Text;

    // Without the first line, which another version words in another way.
    private static IEnumerable<string> LinesOf(string? text) =>
        (text ?? "").Split('\n').Where(static l => l.Length > 0 && !l.StartsWith(Mark, StringComparison.Ordinal));

    private static string CopyOf(string path, int number) => number == 1 ? $"{path}.changed" : $"{path}.changed.{number}";

    private static void PutBack(string path, KeptFile? kept)
    {
        if (kept is null)
        {
            DurableFile.Remove(path);
        }
        else
        {
            kept.PutBack(path);
        }
    }
}
