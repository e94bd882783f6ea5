using Straum.Linux;

namespace Straum.Bench.Bed;

/// <summary>Names and places that only the benchmark uses, so that what a killed run left can be removed by them.</summary>
internal static class BedNames
{
    /// <summary>Of every namespace.</summary>
    public const string NamespacePrefix = "straum-b-";

    /// <summary>Relative to the cgroup2 mount; every process of a bed is below it.</summary>
    public const string ControlGroup = "straum-bench";

    /// <summary>State of the agents.</summary>
    public const string Root = "/run/straum/bench";

    /// <summary>What the agents pin.</summary>
    public const string BpfRoot = "/sys/fs/bpf/straum-bench";

    public static string Namespace(string machine) => NamespacePrefix + machine;

    // A tool that loads a large rule set ends when the kernel is done with it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Ends every process of a bed, without waiting for their end.</summary>
    public static void EndProcesses()
    {
        if (Straum.Linux.ControlGroup.TryOpen(ControlGroup, out var group))
        {
            group.Kill();
        }
    }

    /// <summary>Ends every process of a bed and removes what it made, in whatever state it is.</summary>
    public static void RemoveEverything()
    {
        if (Straum.Linux.ControlGroup.TryOpen(ControlGroup, out var group))
        {
            group.Delete(Patience);
        }
        foreach (var name in NetworkNamespace.List().Where(static n => n.StartsWith(NamespacePrefix, StringComparison.Ordinal)))
        {
            NetworkNamespace.Delete(name);
        }
        foreach (var directory in new[] { BpfRoot, Root }.Where(Directory.Exists))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
