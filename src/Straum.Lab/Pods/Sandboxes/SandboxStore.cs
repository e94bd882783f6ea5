namespace Straum.Lab.Pods.Sandboxes;

/// <summary>One node's <see cref="SandboxRecord"/>s, a file each. A record that is read was written whole.</summary>
/// <param name="directory">Made when the first record is written.</param>
public sealed class SandboxStore(string directory)
{
    public void Write(SandboxRecord record) =>
        StateFile.Write(PathOf(record.PodUid), record, LabJson.Default.SandboxRecord);

    public void Remove(string podUid) => File.Delete(PathOf(podUid));

    /// <summary>All records; a file that cannot be read is left where it is and skipped, as nobody knows what it meant.</summary>
    public IEnumerable<SandboxRecord> ReadAll() =>
        Directory.Exists(directory)
            ? [.. Directory.EnumerateFiles(directory, "*.json").Select(f => StateFile.Read(f, LabJson.Default.SandboxRecord)).OfType<SandboxRecord>()]
            : [];

    private string PathOf(string podUid) => Path.Combine(directory, podUid + ".json");
}
