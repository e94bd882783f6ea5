namespace Straum.Datapath.Tests;

/// <summary>Where `make build` left the objects.</summary>
internal static class BpfObjects
{
    public static string Directory { get; } = Find("bpf");

    /// <summary>The same programs over tables of other layouts (tests/layouts/next.sed): another build. Made by `make bpf-next`.</summary>
    public static string NextDirectory { get; } = Find("bpf-next");

    /// <summary>With another key of the flow table (tests/layouts/key.sed).</summary>
    public static string KeyDirectory { get; } = Find("bpf-key");

    private static string Find(string name)
    {
        for (var dir = new DirectoryInfo(AppContext.BaseDirectory); dir is not null; dir = dir.Parent)
        {
            if (File.Exists(Path.Combine(dir.FullName, "straum.slnx")))
            {
                return Path.Combine(dir.FullName, "bin", name);
            }
        }
        throw new InvalidOperationException("straum.slnx not found above " + AppContext.BaseDirectory);
    }
}
