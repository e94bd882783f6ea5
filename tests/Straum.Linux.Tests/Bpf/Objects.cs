namespace Straum.Linux.Bpf;

/// <summary>The objects compiled from <c>*.bpf.c</c> beside this file.</summary>
internal static class Objects
{
    public static BpfObjectFile Open(string name) => BpfObjectFile.Open(PathOf(name));

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "bpf", name + ".bpf.o");

    /// <summary>Loads an object as it is.</summary>
    public static BpfObject Load(string name)
    {
        using var file = Open(name);
        return file.Load();
    }
}
