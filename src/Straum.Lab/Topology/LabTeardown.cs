using System.Text.RegularExpressions;
using Straum.Lab.Processes;
using Straum.Linux;

namespace Straum.Lab.Topology;

/// <summary>
/// Removes every trace of a lab, in whatever state it was left, by the names that only labs use. It can be run again and
/// again, and beside things of other names (<c>straum-t-…</c> namespaces of tests) that it does not touch.
/// </summary>
public static partial class LabTeardown
{
    /// <summary>
    /// (1) ends all processes, which takes the sockets, the unpinned programs and the hold on the namespaces; (2) removes the
    /// namespaces with every device in them; (3) unpins what the agents pinned; (4) removes the state, with the record last,
    /// because while it exists somebody knows that there is something to remove.
    /// </summary>
    /// <returns>True when there was anything.</returns>
    public static bool Run()
    {
        // :: Step 1
        var found = EndProcesses();

        // :: Step 2
        foreach (var name in NetworkNamespace.List().Where(IsOurs))
        {
            found |= NetworkNamespace.Delete(name);
        }

        // :: Step 3
        found |= RemoveDirectory(LabPaths.BpfRoot);

        // :: Step 4
        foreach (var path in Directory.Exists(LabPaths.Root) ? Directory.GetFileSystemEntries(LabPaths.Root) : [])
        {
            if (Directory.Exists(path))
            {
                RemoveDirectory(path);
            }
            else if (path != LabPaths.Record)
            {
                File.Delete(path);
            }
        }
        return RemoveDirectory(LabPaths.Root) | found;
    }

    /// <summary>A name that <see cref="LabTopology"/> or the pod runner gives.</summary>
    internal static bool IsOurs(string networkNamespace) => OurNames().IsMatch(networkNamespace);

    [GeneratedRegex(@"^straum-(router|client|n\d+(-[0-9a-f]{8})?)$")]
    private static partial Regex OurNames();

    // Without cgroup2 there was no lab either.
    private static bool EndProcesses() =>
        Mounts.List().Any(m => m.FileSystemType == "cgroup2") && ControlGroup.TryOpen(LabCgroups.Root, out var cgroup) && cgroup.Delete();

    private static bool RemoveDirectory(string path)
    {
        if (!Directory.Exists(path))
        {
            return false;
        }
        Directory.Delete(path, recursive: true);
        return true;
    }
}
