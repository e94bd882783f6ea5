namespace Straum.Datapath.Tests;

/// <summary>Where `make build` left the objects.</summary>
internal static class BpfObjects
{
    public static string Directory { get; } = Find();

    private static string Find()
    {
        for (var dir = new DirectoryInfo(AppContext.BaseDirectory); dir is not null; dir = dir.Parent)
        {
            if (File.Exists(Path.Combine(dir.FullName, "straum.slnx")))
            {
                return Path.Combine(dir.FullName, "bin", "bpf");
            }
        }
        throw new InvalidOperationException("straum.slnx not found above " + AppContext.BaseDirectory);
    }
}
