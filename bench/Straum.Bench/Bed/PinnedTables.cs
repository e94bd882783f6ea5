namespace Straum.Bench.Bed;

/// <summary>The tables that a node's programs use right now, found as somebody with <c>ls</c> would; docs/adr/0006 names them.</summary>
internal static class PinnedTables
{
    /// <param name="bpf">The directory that the agent pins below.</param>
    /// <param name="table">As in the kernel: svc.</param>
    public static string PathOf(string bpf, string table) => Path.Combine(InUse(bpf), table);

    public static IEnumerable<string> All(string bpf) => Directory.EnumerateFiles(InUse(bpf));

    // Of the sets that are complete, the one with the highest number.
    private static string InUse(string bpf) =>
        Directory.EnumerateDirectories(bpf, "maps-*").Where(static d => Directory.Exists(Path.Combine(d, "ready")))
            .MaxBy(static d => int.Parse(d.AsSpan(d.LastIndexOf('-') + 1)))
        ?? throw new BenchException($"nothing is pinned below {bpf}");
}
