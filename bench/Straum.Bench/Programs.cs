namespace Straum.Bench;

/// <summary>The programs under test and those that measure, as <c>make build</c> and <c>make bench</c> leave them.</summary>
internal static class Programs
{
    /// <summary>The checkout: the nearest folder above this program that holds the solution.</summary>
    public static string Checkout { get; } = FindCheckout();

    /// <summary>Of straum and straum-cni.</summary>
    public static string Directory => Path.Combine(Checkout, "bin");

    public static string Straum => Path.Combine(Directory, "straum");

    /// <summary>A build whose tables have other layouts.</summary>
    public static string NextStraum => Path.Combine(Checkout, "build", "next", "out", "straum");

    public static string Cni => Path.Combine(Directory, "straum-cni");

    public static string Meter => Path.Combine(Checkout, "build", "bench", "meter");

    private static string FindCheckout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "straum.slnx")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new BenchException("the benchmark runs from a checkout: make bench");
    }
}
