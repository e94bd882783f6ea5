using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Straum.Control.Tuning;
using Straum.Linux;

namespace Straum.Doctor.Tuning;

/// <summary>
/// Kernel settings of a host, changed so that every change can be taken back. Besides the settings themselves only the
/// journal, one sysctl.d and one modules-load.d file are written, and all go with the revert.
/// </summary>
/// <param name="paths">Where things are.</param>
/// <param name="settings">The kernel's settings.</param>
/// <param name="facts">What values are computed from.</param>
public sealed class Tuner(TunePaths paths, ISysctlTree settings, TuningFacts facts)
{
    /// <summary>Of the machine at <paramref name="paths"/>.</summary>
    public static Tuner Of(TunePaths paths) => new(paths, new SysctlTree(paths.Settings), ReadFacts(paths));

    /// <summary>Another one is done in less.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public TuningFacts Facts => facts;

    /// <summary>What <see cref="Apply"/> would do, and why; changes nothing.</summary>
    /// <exception cref="JsonException">The journal is damaged.</exception>
    public IReadOnlyList<TuningStep> Plan(TuningProfile profile) => Plan(profile, TuneJournal.Load(paths.Journal));

    /// <summary>
    /// Writes what the plan says, in this order:
    /// 1. The journal, durably: what is there now, and what will be.
    /// 2. The own files, so that the next start of the machine has the same values.
    /// 3. The settings. One that the kernel refuses leaves the journal and the file again.
    /// 4. The journal, durably: what was done.
    /// </summary>
    /// <returns>One result per step of the plan that is a change.</returns>
    /// <exception cref="JsonException">The journal is damaged.</exception>
    public IReadOnlyList<TuneResult> Apply(TuningProfile profile)
    {
        using var alone = Lock();
        var before = TuneJournal.Load(paths.Journal);
        var changes = Plan(profile, before).Where(static s => s.Action == TuningAction.Change).ToList();
        if (changes.Count == 0)
        {
            return [];
        }

        // :: Step 1: what is there now, and what will be.
        var made = DurableFile.MakeFolderOf(paths.Journal).Concat(DurableFile.MakeFolderOf(paths.OwnFile)).Concat(DurableFile.MakeFolderOf(paths.ModulesFile)).ToList();
        var entries = (before?.Settings ?? []).ToDictionary(static e => e.Key);
        foreach (var change in changes)
        {
            var key = change.Setting.Key;
            entries[key] = new TuneEntry(key, entries.GetValueOrDefault(key)?.Previous ?? settings.Read(key)!, change.Wanted, Done: false);
        }
        Save(entries, [.. before?.MadeFolders ?? [], .. made]);

        // :: Step 2: the same after the next start.
        WriteOwnFiles(entries.Values);

        // :: Step 3: now.
        var results = changes.Select(change => Write(change, entries)).ToList();

        // :: Step 4: what was done.
        WriteOwnFiles(entries.Values);
        Save(entries, [.. before?.MadeFolders ?? [], .. made]);
        return results;
    }

    /// <summary>
    /// Puts everything back that still is as it was written, and removes the own files and, last, the journal. Settings that
    /// somebody changed since are left as they are, except that ports are taken out of a list they were added to. What the
    /// kernel refuses stays in the journal, alone: to revert again tries it again.
    /// </summary>
    /// <exception cref="JsonException">The journal is damaged.</exception>
    public IReadOnlyList<TuneResult> Revert()
    {
        using var alone = Lock();
        if (TuneJournal.Load(paths.Journal) is not { } journal)
        {
            return [];
        }
        var results = journal.Settings.Reverse().Select(PutBack).ToList();
        DurableFile.Remove(paths.OwnFile);
        DurableFile.Remove(paths.ModulesFile);
        if (results.Where(static r => r.IsRefused).Select(static r => r.Key).ToHashSet() is { Count: > 0 } refused)
        {
            (journal with { Settings = [.. journal.Settings.Where(s => refused.Contains(s.Key))] }).Save(paths.Journal);
            return results;
        }
        DurableFile.Remove(paths.Journal);
        // The innermost first.
        foreach (var folder in journal.MadeFolders.OrderByDescending(static f => f.Length).Where(f => Directory.Exists(f) && !Directory.EnumerateFileSystemEntries(f).Any()))
        {
            Directory.Delete(folder);
        }
        return results;
    }

    /// <summary>What was applied, and whether it still is so. Empty when nothing was applied.</summary>
    /// <exception cref="JsonException">The journal is damaged.</exception>
    public IReadOnlyList<TuneResult> Status() => TuneJournal.Load(paths.Journal) is not { } journal ? [] :
    [
        .. journal.Settings.Select(entry =>
        {
            var now = Now(entry.Key);
            var (right, what) = now switch
            {
                null => (false, "the kernel has no such setting any more"),
                _ when now == entry.Written && entry.Done => (true, "in force"),
                _ when now == entry.Written => (true, "in force; the apply was interrupted"),
                _ when now == SysctlText.Plain(entry.Previous) && IsOpen(journal, entry) => (false, "not in force: the apply was interrupted, or the machine was started since; apply again"),
                _ => (false, $"changed since, from {entry.Written}"),
            };
            return new TuneResult(entry.Key, SysctlText.Plain(entry.Previous), now, right, what);
        }),
    ];

    // Two that apply at once would each take what the other wrote for what was there before. The root, since a lock of its own file
    // would be something to remove; anybody can hold it, so there is an end to waiting.
    private SafeFileHandle Lock() => DurableDirectory.Lock(paths.Root, Patience);

    private List<TuningStep> Plan(TuningProfile profile, TuneJournal? journal)
    {
        var files = AdministratorsFiles.Read(paths);
        return [.. TuningCatalogue.ForHost(profile).Select(s => TuningPlan.Decide(s, facts, new SettingReading(
            Now(s.Key), files.Find(s.Key), Applied(journal, s.Key), s.OfferedBy is { } list ? Now(list) : null)))];
    }

    private AppliedSetting? Applied(TuneJournal? journal, string key) => journal?.Find(key) is { } entry
        ? new AppliedSetting(SysctlText.Plain(entry.Previous), entry.Written, IsCertain: !IsOpen(journal, entry))
        : null;

    // Whether the setting may have another value than the journal says without anybody's doing.
    private bool IsOpen(TuneJournal journal, TuneEntry entry) => !entry.Done || journal.BootId != ReadBootId();

    private TuneResult Write(TuningStep change, Dictionary<string, TuneEntry> entries)
    {
        var key = change.Setting.Key;
        try
        {
            settings.Write(key, change.Wanted);
        }
        catch (LinuxException e)
        {
            if (Now(key) == SysctlText.Plain(entries[key].Previous))
            {
                entries.Remove(key);
            }
            return new TuneResult(key, change.Now, Now(key), false, "refused by the kernel: " + e.Message, IsRefused: true);
        }
        // What the kernel made of it: it may round.
        entries[key] = entries[key] with { Written = Now(key)!, Done = true };
        return new TuneResult(key, change.Now, Now(key), true, "changed");
    }

    private TuneResult PutBack(TuneEntry entry)
    {
        try
        {
            return PutBack(entry, Now(entry.Key));
        }
        catch (LinuxException e)
        {
            return new TuneResult(entry.Key, Now(entry.Key), Now(entry.Key), false, "refused by the kernel: " + e.Message, IsRefused: true);
        }
    }

    private TuneResult PutBack(TuneEntry entry, string? now)
    {
        if (now is null || now == SysctlText.Plain(entry.Previous))
        {
            return new TuneResult(entry.Key, now, now, true, now is null ? "the kernel has no such setting any more" : "was as before already");
        }
        if (now == entry.Written)
        {
            settings.Write(entry.Key, entry.Previous);
            return new TuneResult(entry.Key, now, Now(entry.Key), true, "put back");
        }
        if (TuningCatalogue.All.FirstOrDefault(s => s.Key == entry.Key)?.Rule == SettingRule.Including)
        {
            settings.Write(entry.Key, PortSet.Except(now, PortSet.Except(entry.Written, entry.Previous)));
            return new TuneResult(entry.Key, now, Now(entry.Key), true, "what was added is taken out; somebody changed the rest since");
        }
        return new TuneResult(entry.Key, now, now, false, $"left alone: somebody changed it since, from {entry.Written}");
    }

    private string? Now(string key) => settings.Read(key) is { } value ? SysctlText.Plain(value) : null;

    private void Save(Dictionary<string, TuneEntry> entries, IReadOnlyList<string> madeFolders) =>
        new TuneJournal(ReadBootId(), madeFolders, [.. entries.Values.OrderBy(static e => PlaceOf(e.Key))]).Save(paths.Journal);

    // In the order of writing; what an older build wrote and this one does not know goes last.
    private static int PlaceOf(string key) => TuningCatalogue.All.TakeWhile(s => s.Key != key).Count();

    private void WriteOwnFiles(IReadOnlyCollection<TuneEntry> entries)
    {
        var text = new StringBuilder("# Written by `straum tune apply`, removed by `straum tune revert`. To keep a value of your own, name its key in another file.\n");
        var modules = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries.OrderBy(static e => PlaceOf(e.Key)))
        {
            // The dash: another kernel that is started may not have it.
            text.Append(CultureInfo.InvariantCulture, $"-{entry.Key} = {entry.Written}\n");
            if (TuningCatalogue.All.FirstOrDefault(s => s.Key == entry.Key)?.Module is { } module)
            {
                modules.Add(module);
            }
        }
        DurableFile.Write(paths.OwnFile, Encoding.UTF8.GetBytes(text.ToString()));
        if (modules.Count > 0)
        {
            DurableFile.Write(paths.ModulesFile, Encoding.UTF8.GetBytes("# Written by `straum tune apply`, removed by `straum tune revert`.\n" + string.Concat(modules.Select(static m => m + "\n"))));
        }
        else
        {
            DurableFile.Remove(paths.ModulesFile);
        }
    }

    private string ReadBootId() => File.Exists(paths.BootId) ? File.ReadAllText(paths.BootId).Trim() : "";

    private static TuningFacts ReadFacts(TunePaths paths)
    {
        var memory = File.ReadLines(paths.Memory).First(static l => l.StartsWith("MemTotal:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        // Not Environment.ProcessorCount, which is what a control group leaves of the machine.
        var processors = File.ReadAllText(paths.Processors).Trim().Split(',').Select(static r => r.Split('-'))
            .Sum(static r => int.Parse(r[^1], CultureInfo.InvariantCulture) - int.Parse(r[0], CultureInfo.InvariantCulture) + 1);
        return new TuningFacts(processors, long.Parse(memory, CultureInfo.InvariantCulture) * 1024);
    }
}
