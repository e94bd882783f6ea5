using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>
/// One set of pinned tables: <c>maps-SCHEMA-NUMBER</c>. A set is made complete beside the one in use and becomes the one in
/// use by a mark, so whoever finds it after a crash knows whether it was finished.
/// </summary>
/// <param name="Directory">Where the pins are.</param>
/// <param name="Schema">Hash of the layouts of the tables in it.</param>
/// <param name="Number">The highest that is ready is the one in use.</param>
internal sealed record Generation(string Directory, string Schema, int Number)
{
    private const string ReadyMark = "ready";

    public string Map(string name) => Path.Combine(Directory, name);

    public BpfMap? TryOpen(string name) => BpfMap.TryOpenPinned(Map(name));

    /// <summary>Programs may hold state in it alone: from here on it must not be thrown away.</summary>
    public bool IsReady => Number == 0 || System.IO.Directory.Exists(Map(ReadyMark));

    public void MarkReady() => System.IO.Directory.CreateDirectory(Map(ReadyMark));

    public void Remove() => Pins.RemoveTree(Directory);
}
