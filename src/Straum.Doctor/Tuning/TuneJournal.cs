using System.Text.Json;
using System.Text.Json.Serialization;
using Straum.Linux;

namespace Straum.Doctor.Tuning;

/// <summary>
/// What was done and what to put back, on disk before anything is done: a crash at any moment leaves a journal from which
/// both apply and revert finish the work.
/// </summary>
/// <param name="BootId">Of the start of the machine that <see cref="TuneEntry.Done"/> is about.</param>
/// <param name="MadeFolders">Folders that were made for the journal and the own file, the innermost first.</param>
/// <param name="Settings">In the order of writing.</param>
/// <param name="OwnFile">What was there before Straum's sysctl.d file; null for nothing, as in journals of older versions.</param>
/// <param name="ModulesFile">What was there before Straum's modules-load.d file.</param>
/// <param name="HasFiles">Straum's own files are in place; false when they are gone again and a setting is still to be put back.</param>
/// <param name="Refused">What the last apply could not do; null for nothing, as in journals of older versions.</param>
public sealed partial record TuneJournal(
    string BootId, IReadOnlyList<string> MadeFolders, IReadOnlyList<TuneEntry> Settings, KeptFile? OwnFile = null, KeptFile? ModulesFile = null, bool HasFiles = true,
    IReadOnlyList<RefusedSetting>? Refused = null)
{
    /// <summary>Reads it; null when there is none, so nothing was done.</summary>
    /// <exception cref="DamagedJournalException">The file is no journal.</exception>
    public static TuneJournal? Load(TunePaths paths)
    {
        if (!File.Exists(paths.Journal))
        {
            return null;
        }
        var bytes = File.ReadAllBytes(paths.Journal);
        if (bytes.AsSpan().IndexOfAnyExcept(" \t\r\n\0"u8) < 0)
        {
            throw new DamagedJournalException(paths, "is empty");
        }
        try
        {
            // A field that is missing is null here, whatever its type says.
            return JsonSerializer.Deserialize(bytes, JournalJson.Default.TuneJournal) is { BootId: not null, MadeFolders: not null, Settings: not null } journal
                && journal.Settings.All(static s => s is { Key: not null, Previous: not null, Written: not null })
                ? journal
                : throw new DamagedJournalException(paths, "lacks parts");
        }
        catch (JsonException e)
        {
            throw new DamagedJournalException(paths, e.LineNumber is { } line ? $"cannot be read from line {line + 1} on" : "cannot be read", e);
        }
    }

    /// <summary>When it returns, the journal survives a power loss. It is read by those who may read what it keeps.</summary>
    public void Save(string path) => DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, JournalJson.Default.TuneJournal),
        (OwnFile?.Mode ?? DurableFile.Readable).HasFlag(UnixFileMode.OtherRead) && (ModulesFile?.Mode ?? DurableFile.Readable).HasFlag(UnixFileMode.OtherRead)
            ? DurableFile.Readable
            : UnixFileMode.UserRead | UnixFileMode.UserWrite);

    public TuneEntry? Find(string key) => Settings.FirstOrDefault(s => s.Key == key);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
    [JsonSerializable(typeof(TuneJournal))]
    private sealed partial class JournalJson : JsonSerializerContext;
}
