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
    private const string Begin = "# Written by `straum tune apply`, removed by `straum tune revert`.";

    /// <summary>Files with what an apply wrote. Without a journal nobody knows any more what was there before.</summary>
    public IReadOnlyList<string> Leftovers() =>
        [.. new[] { paths.OwnFile, paths.ModulesFile }.Where(f => paths.ReadText(f)?.Contains(Begin, StringComparison.Ordinal) == true)];

    /// <summary>For the journal: what is there and not of an apply that the journal is about.</summary>
    public TuneJournal Keep(TuneJournal journal) =>
        journal with { OwnFile = KeptFile.Of(paths, paths.OwnFile), ModulesFile = KeptFile.Of(paths, paths.ModulesFile), HasFiles = true };

    /// <summary>Makes the next start of the machine write what the journal says.</summary>
    public void Write(TuneJournal journal)
    {
        var settings = new StringBuilder(Begin + " To keep a value of your own, name its key in another file.\n");
        var modules = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var entry in journal.Settings)
        {
            // The dash: another kernel that is started may not have it.
            settings.Append(CultureInfo.InvariantCulture, $"-{entry.Key} = {entry.Written}\n");
            if (TuningCatalogue.All.FirstOrDefault(s => s.Key == entry.Key)?.Module is { } module)
            {
                modules.Add(module);
            }
        }
        Write(paths.OwnFile, journal.OwnFile, settings.ToString());
        if (modules.Count > 0)
        {
            Write(paths.ModulesFile, journal.ModulesFile, Begin + "\n" + string.Concat(modules.Select(static m => m + "\n")));
        }
        else
        {
            PutBack(paths.ModulesFile, journal.ModulesFile);
        }
    }

    /// <summary>As before.</summary>
    public void PutBack(TuneJournal journal)
    {
        PutBack(paths.OwnFile, journal.OwnFile);
        PutBack(paths.ModulesFile, journal.ModulesFile);
    }

    private static void Write(string path, KeptFile? kept, string text)
    {
        byte[] above = kept is { Content: [.., not (byte)'\n'] } ? [.. kept.Content, (byte)'\n'] : kept?.Content ?? [];
        DurableFile.Write(path, [.. above, .. Encoding.UTF8.GetBytes(text)], kept?.Mode ?? DurableFile.Readable);
    }

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
