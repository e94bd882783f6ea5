using System.Globalization;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Hosts;

/// <summary>
/// Finds the pods of a node without asking a container runtime: every network namespace that a process lives in or that is
/// mounted under <c>/run/netns</c>, and that has one end of a veth pair whose other end is in the node's namespace. A pair
/// may lead out, not to a pod: such are the uplinks of nodes that are namespaces.
/// </summary>
internal static class PodFinder
{
    /// <param name="node">The node's namespace.</param>
    /// <param name="outward">Links of the node that do not lead to pods, by index.</param>
    /// <param name="names">Pods' names by the node's end of the pair.</param>
    public static IReadOnlyList<PodNetwork> Find(NetworkNamespace node, IReadOnlySet<int> outward, IReadOnlyDictionary<string, string> names)
    {
        using var net = RtNetlink.Open(node);
        var ends = net.Links.List().Where(l => l.Kind == "veth" && !outward.Contains(l.Index)).ToDictionary(static l => l.Index, static l => l.Name);
        var seen = new HashSet<ulong> { node.Inode };
        var pods = new List<PodNetwork>();
        foreach (var (path, process) in ends.Count == 0 ? [] : Candidates())
        {
            if (!NetworkNamespace.TryOpen(path, out var candidate))
            {
                continue;
            }
            if (!seen.Add(candidate.Inode) || FindPair(candidate, node, ends) is not { } pair)
            {
                candidate.Dispose();
                continue;
            }
            pods.Add(new PodNetwork(names.GetValueOrDefault(pair.Host) ?? NameOf(path, process), path, process, pair.Host, pair.Pod, new LinuxNetwork(candidate)));
        }
        return [.. pods.OrderBy(static p => p.Name, StringComparer.Ordinal)];
    }

    /// <summary>Processes first: one of them says more about the pod than the name of a mount does.</summary>
    private static IEnumerable<(string Path, int Process)> Candidates()
    {
        var seen = new HashSet<string>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && LinkOf(directory + "/ns/net") is { } target && seen.Add(target))
            {
                yield return (directory + "/ns/net", process);
            }
        }
        foreach (var name in NetworkNamespace.List())
        {
            yield return ($"{NetworkNamespace.Directory}/{name}", 0);
        }
    }

    /// <summary>net:[4026531840]; null when the process has ended or is another user's.</summary>
    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static (string Host, string Pod)? FindPair(NetworkNamespace candidate, NetworkNamespace node, Dictionary<int, string> ends)
    {
        using var net = RtNetlink.Open(candidate);
        if (net.Namespaces.Find(node) is not { } id)
        {
            return null;
        }
        var pair = net.Links.List().FirstOrDefault(l => l.Kind == "veth" && l.PeerNamespaceId == id && ends.ContainsKey(l.ParentIndex));
        return pair is null ? null : (ends[pair.ParentIndex], pair.Name);
    }

    private static string NameOf(string path, int process) => process == 0
        ? Path.GetFileName(path)
        : $"{LinuxHost.ReadFile($"/proc/{process}/comm")?.Trim() ?? "process"}-{process}";
}
