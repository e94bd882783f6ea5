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
public sealed partial record TuneJournal(string BootId, IReadOnlyList<string> MadeFolders, IReadOnlyList<TuneEntry> Settings)
{
    /// <summary>Reads it; null when there is none, so nothing was done.</summary>
    /// <exception cref="JsonException">The file is damaged.</exception>
    public static TuneJournal? Load(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), JournalJson.Default.TuneJournal) : null;

    /// <summary>When it returns, the journal survives a power loss.</summary>
    public void Save(string path) => DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, JournalJson.Default.TuneJournal));

    public TuneEntry? Find(string key) => Settings.FirstOrDefault(s => s.Key == key);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
    [JsonSerializable(typeof(TuneJournal))]
    private sealed partial class JournalJson : JsonSerializerContext;
}
