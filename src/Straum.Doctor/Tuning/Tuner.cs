using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Straum.Control.Tuning;
using Straum.Linux;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Tuning;

/// <summary>
/// Kernel settings of a host, changed so that every change can be taken back. Besides the settings themselves only the
/// journal, one sysctl.d and one modules-load.d file are written, and all go with the revert. What somebody has under the name of
/// one of those is in the journal meanwhile.
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

    private readonly OwnFiles _files = new(paths);

    public TuningFacts Facts => facts;

    /// <summary>What <see cref="Apply"/> would do, and why; changes nothing.</summary>
    /// <exception cref="DamagedJournalException">The journal is damaged.</exception>
    public IReadOnlyList<TuningStep> Plan(TuningProfile profile) => Plan(profile, TuneJournal.Load(paths));

    /// <summary>What the plan has to say of files, a sentence each.</summary>
    /// <exception cref="DamagedJournalException">The journal is damaged.</exception>
    public IReadOnlyList<string> Notes()
    {
        var journal = TuneJournal.Load(paths);
        var of = journal is { HasFiles: true } ? journal : _files.Keep(new TuneJournal("", [], []));
        var leftovers = journal is null ? Leftovers() : [];
        var changed = journal is { HasFiles: true } ? _files.Changed(journal) : [];
        return
        [
            .. new[] { (Path: paths.OwnFile, Kept: of.OwnFile), (Path: paths.ModulesFile, Kept: of.ModulesFile) }.Where(static f => f.Kept is not null)
                .Select(f => leftovers.Contains(f.Path)
                    ? $"{f.Path} is of an apply whose journal is gone: it is taken for the administrator's"
                    : $"{f.Path} is the administrator's: apply adds its lines below, revert puts the file back as it was"),
            .. ToWriteAgain(journal).Select(f => changed.Contains(f)
                ? $"{f} was changed since: apply writes it again, apply and revert keep what is in it as {f}.changed"
                : $"{f} is gone or not finished: the next start of the machine has other values then; apply writes it again"),
        ];
    }

    /// <summary>Own files that are gone or changed, which <see cref="Apply"/> writes again.</summary>
    /// <exception cref="DamagedJournalException">The journal is damaged.</exception>
    public IReadOnlyList<string> FilesToWriteAgain() => ToWriteAgain(TuneJournal.Load(paths));

    /// <summary>Something was applied, and is to be reverted.</summary>
    public bool IsApplied => File.Exists(paths.Journal);

    /// <summary>A folder of what apply and revert write that this process may not write to; null when it may.</summary>
    public string? WhereNotAllowed() => new[] { paths.Journal, paths.OwnFile, paths.ModulesFile }.Select(static f => Existing(Path.GetDirectoryName(f)!))
        .FirstOrDefault(static f => !DurableDirectory.MayWrite(f));

    private static string Existing(string folder)
    {
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { Length: > 0 } above)
        {
            folder = above;
        }
        return folder;
    }

    /// <summary>Own files without a journal, so that nobody knows the values of before; empty when there is one.</summary>
    public IReadOnlyList<string> Leftovers() => LeftoversOf(paths);

    /// <inheritdoc cref="Leftovers"/>
    public static IReadOnlyList<string> LeftoversOf(TunePaths paths) => File.Exists(paths.Journal) ? [] : new OwnFiles(paths).Leftovers();

    /// <summary>
    /// Writes what the plan says, in this order:
    /// 1. The journal, durably: what is there now, and what will be.
    /// 2. The own files, so that the next start of the machine has the same values.
    /// 3. The settings. One that the kernel refuses leaves the journal and the file again.
    /// 4. The journal, durably: what was done.
    /// What somebody wrote to an own file is kept beside it before.
    /// </summary>
    /// <returns>One result per step of the plan that is a change, and one per own file that somebody changed.</returns>
    /// <exception cref="DamagedJournalException">The journal is damaged.</exception>
    public IReadOnlyList<TuneResult> Apply(TuningProfile profile)
    {
        using var alone = Lock();
        var before = TuneJournal.Load(paths);
        var changes = Plan(profile, before).Where(static s => s.Action == TuningAction.Change).ToList();
        var unlike = ToWriteAgain(before);
        var files = unlike.Count == 0 ? [] : SetAside(before!);
        if (changes.Count == 0)
        {
            if (unlike.Count > 0)
            {
                _files.Write(before!);
            }
            if (RefusedBefore(before, profile) is var refused && refused.Count < (before?.Refused?.Count ?? 0))
            {
                (before! with { Refused = refused }).Save(paths.Journal);
            }
            return [.. files, .. unlike.Except(files.Select(static f => f.Key)).Select(static f => new TuneResult(f, null, null, true, "written again"))];
        }

        // :: Step 1: what is there now, and what will be.
        var made = DurableFile.MakeFolderOf(paths.Journal).Concat(DurableFile.MakeFolderOf(paths.OwnFile)).Concat(DurableFile.MakeFolderOf(paths.ModulesFile)).ToList();
        var entries = (before?.Settings ?? []).ToDictionary(static e => e.Key);
        foreach (var change in changes)
        {
            var key = change.Setting.Key;
            var old = entries.GetValueOrDefault(key);
            // After an apply that was interrupted the kernel may have either value.
            var confirmed = old is not null && change.Now is { } now && old.IsOwn(now) ? now : old?.Taken;
            entries[key] = new TuneEntry(key, old?.Previous ?? settings.Read(key)!, change.Wanted, Done: false, confirmed);
        }
        var journal = new TuneJournal(ReadBootId(), [.. before?.MadeFolders ?? [], .. made], []);
        journal = before is { HasFiles: true } ? journal with { OwnFile = before.OwnFile, ModulesFile = before.ModulesFile } : _files.Keep(journal);
        journal = journal with { Settings = InOrder(entries) };
        journal.Save(paths.Journal);

        // :: Step 2: the same after the next start.
        _files.Write(journal);

        // :: Step 3: now.
        var results = changes.Select(change => Write(change, entries)).ToList();

        // :: Step 4: what was done.
        journal = journal with
        {
            Settings = InOrder(entries),
            Refused = [.. RefusedBefore(before, profile), .. results.Zip(changes).Where(static r => r.First.IsRefused).Select(static r => new RefusedSetting(r.First.Key, r.Second.Wanted, r.First.What))],
        };
        _files.Write(journal);
        journal.Save(paths.Journal);
        return [.. results, .. files];
    }

    /// <summary>
    /// Puts everything back that still is as it was written, and the files that were there, removes the own ones and, last, the journal.
    /// What somebody wrote to an own file is kept beside it. Settings that
    /// somebody changed since are left as they are, except that ports are taken out of a list they were added to. What the
    /// kernel refuses stays in the journal, alone: to revert again tries it again.
    /// </summary>
    /// <exception cref="DamagedJournalException">The journal is damaged.</exception>
    public IReadOnlyList<TuneResult> Revert()
    {
        using var alone = Lock();
        if (TuneJournal.Load(paths) is not { } journal)
        {
            return [];
        }
        var results = journal.Settings.Reverse().Select(PutBack).ToList();
        if (journal.HasFiles)
        {
            results.AddRange(SetAside(journal));
            _files.PutBack(journal);
        }
        if (results.Where(static r => r.IsRefused).Select(static r => r.Key).ToHashSet() is { Count: > 0 } refused)
        {
            (journal with { Settings = [.. journal.Settings.Where(s => refused.Contains(s.Key))], OwnFile = null, ModulesFile = null, HasFiles = false, Refused = null }).Save(paths.Journal);
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

    /// <summary>
    /// What was applied, and whether it still is so and will be after the next start of the machine. Empty when nothing was applied.
    /// </summary>
    /// <exception cref="DamagedJournalException">The journal is damaged.</exception>
    public IReadOnlyList<TuneResult> Status()
    {
        if (TuneJournal.Load(paths) is not { } journal)
        {
            return [];
        }
        // Without own files a setting is still to be put back, and nothing is to have it at the next start.
        var next = journal.HasFiles ? SysctlFiles.OfTheNextStart(paths) : null;
        var modules = journal.HasFiles ? _files.MissingModules(journal) : [];
        return
        [
            .. journal.Settings.Select(entry => StatusOf(journal, entry) is var status && status.IsRight && next is not null && OtherAtStart(next, entry) is { } other
                ? status with { IsRight = false, What = $"{status.What}; at the next start {other}" }
                : status),
            .. (journal.Refused ?? []).Where(r => journal.Find(r.Key) is null).Select(StatusOf),
            .. modules.Select(module => new TuneResult(paths.ModulesFile, null, null, false, $"does not name {module}: the next start passes over its settings; apply again")),
        ];
    }

    private TuneResult StatusOf(TuneJournal journal, TuneEntry entry)
    {
        var now = Now(entry.Key);
        var (right, what) = now switch
        {
            null => (false, "the kernel has no such setting any more"),
            _ when now == entry.Written && entry.Done => (true, "in force"),
            _ when now == entry.Written => (true, "in force; the apply was interrupted"),
            _ when now == entry.Confirmed => (false, $"in force is what an apply before wrote, not {entry.Written}: the last one was interrupted; apply again"),
            _ when now == SysctlText.Plain(entry.Previous) && IsOpen(journal, entry) => (false, "not in force: the apply was interrupted, or the machine was started since; apply again"),
            _ => (false, $"changed since, from {entry.Written}"),
        };
        if (right && journal.Refused?.FirstOrDefault(r => r.Key == entry.Key) is { } refused && refused.Wanted != now)
        {
            (right, what) = (false, $"in force is what an apply before wrote, not {refused.Wanted}: {refused.Why}");
        }
        return new TuneResult(entry.Key, SysctlText.Plain(entry.Previous), now, right, what);
    }

    private TuneResult StatusOf(RefusedSetting refused) => Now(refused.Key) is var now && now == refused.Wanted
        ? new TuneResult(refused.Key, now, now, true, "as wanted, by somebody else: it was refused at apply")
        : new TuneResult(refused.Key, now, now, false, $"not in force, {refused.Wanted} was wanted: {refused.Why}", IsRefused: true);

    // A smaller profile does not try what only a larger one wants.
    private static IReadOnlyList<RefusedSetting> RefusedBefore(TuneJournal? before, TuningProfile profile) =>
        [.. (before?.Refused ?? []).Where(r => TuningCatalogue.ForHost(profile).All(s => s.Key != r.Key))];

    // What the next start of the machine makes of a setting, when that is something else than what was written.
    private string? OtherAtStart(SysctlFiles next, TuneEntry entry) => next.FindAtStart(entry.Key) switch
    {
        { } line when SysctlText.Plain(line.Value) == entry.Written => null,
        { } line => $"{line.Where} sets it to {line.Value}" + (IsOwn(line) ? "; apply again" : ""),
        null => $"nothing sets it: {paths.OwnFile} {(File.Exists(paths.OwnFile) ? "does not name it any more" : "is gone")}; apply again",
    };

    private bool IsOwn(AdministratorsLine line) => line.Where.StartsWith(paths.OwnFile + ":", StringComparison.Ordinal);

    private IReadOnlyList<string> ToWriteAgain(TuneJournal? journal) => journal is { HasFiles: true } ? _files.Unlike(journal) : [];

    private IReadOnlyList<TuneResult> SetAside(TuneJournal journal) =>
        [.. _files.SetAside(journal).Select(static f => new TuneResult(f.Path, null, null, true, $"somebody changed it: what was there is in {f.Copy}"))];

    // Two that apply at once would each take what the other wrote for what was there before. The root, since a lock of its own file
    // would be something to remove; anybody can hold it, so there is an end to waiting.
    private SafeFileHandle Lock() => DurableDirectory.Lock(paths.Root, Patience);

    private List<TuningStep> Plan(TuningProfile profile, TuneJournal? journal)
    {
        var files = SysctlFiles.OfAdministrator(paths, journal);
        var next = SysctlFiles.OfTheNextStart(paths);
        return [.. TuningCatalogue.ForHost(profile).Select(s => TuningPlan.Decide(s, facts, new SettingReading(
            Now(s.Key), files.Find(s.Key), Applied(journal, s.Key, Now(s.Key)), s.OfferedBy is { } list ? Now(list) : null,
            next.FindAtStart(s.Key) is { } line && !IsOwn(line) ? line : null)))];
    }

    private AppliedSetting? Applied(TuneJournal? journal, string key, string? now) => journal?.Find(key) is { } entry
        ? new AppliedSetting(SysctlText.Plain(entry.Previous), now is not null && entry.IsOwn(now) ? now : entry.Written, IsCertain: !IsOpen(journal, entry))
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
            var entry = entries[key];
            if (Now(key) == SysctlText.Plain(entry.Previous))
            {
                entries.Remove(key);
            }
            else if (entry.Confirmed is { } confirmed)
            {
                entries[key] = entry with { Written = confirmed, Done = true, Confirmed = null };
            }
            return new TuneResult(key, change.Now, Now(key), false, "refused by the kernel: " + e.Message, IsRefused: true);
        }
        // What the kernel made of it: it may round.
        entries[key] = entries[key] with { Written = Now(key)!, Done = true, Confirmed = null };
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
        if (entry.IsOwn(now))
        {
            settings.Write(entry.Key, entry.Previous);
            return new TuneResult(entry.Key, now, Now(entry.Key), true, "put back");
        }
        if (TuningCatalogue.All.FirstOrDefault(s => s.Key == entry.Key)?.Rule == SettingRule.Including)
        {
            settings.Write(entry.Key, PortSet.Except(now, PortSet.Except(PortSet.Union(entry.Written, entry.Confirmed ?? ""), entry.Previous)));
            return new TuneResult(entry.Key, now, Now(entry.Key), true, "what was added is taken out; somebody changed the rest since");
        }
        return new TuneResult(entry.Key, now, now, false, $"left alone: somebody changed it since, from {entry.Taken ?? entry.Written}");
    }

    private string? Now(string key) => settings.Read(key) is { } value ? SysctlText.Plain(value) : null;

    private static IReadOnlyList<TuneEntry> InOrder(Dictionary<string, TuneEntry> entries) => [.. entries.Values.OrderBy(static e => PlaceOf(e.Key))];

    // In the order of writing; what an older build wrote and this one does not know goes last.
    private static int PlaceOf(string key) => TuningCatalogue.All.TakeWhile(s => s.Key != key).Count();

    private string ReadBootId() => File.Exists(paths.BootId) ? File.ReadAllText(paths.BootId).Trim() : "";

    private static TuningFacts ReadFacts(TunePaths paths)
    {
        var memory = File.ReadLines(paths.Memory).First(static l => l.StartsWith("MemTotal:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return new TuningFacts(OnlineCpus.Count(paths.Root), long.Parse(memory, CultureInfo.InvariantCulture) * 1024,
            QdiscTable.FairQueueing.State != FeatureSupport.NotSupported);
    }
}
