using System.Globalization;
using System.Text.RegularExpressions;

namespace Straum.Cli.Targets;

/// <summary>
/// Finds containers by their id without asking a runtime: containerd, CRI-O and Docker all name a container's control group
/// after it, <c>cri-containerd-ID.scope</c> with systemd and <c>…/ID</c> without. The group of a container's monitor,
/// <c>crio-conmon-ID.scope</c>, is named after it too, and is in the host's network. Where nodes are containers themselves, the
/// last name of a path is the innermost.
/// </summary>
/// <param name="root">/proc.</param>
internal sealed partial class ContainerProcesses(string root = "/proc")
{
    /// <summary>Shorter beginnings of an id are more likely a pod's name.</summary>
    private const int ShortestId = 6;

    /// <summary>
    /// Every container whose id begins with the given one, with a process of it: the one with the smallest number, which is
    /// mostly the first.
    /// </summary>
    public IReadOnlyList<(string Id, int Process)> Find(string id)
    {
        // What `kubectl get pod -o yaml` prints: containerd://ID.
        var prefix = id[(id.LastIndexOf('/') + 1)..];
        if (prefix.Length < ShortestId || !Hex().IsMatch(prefix))
        {
            return [];
        }
        var found = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (process, container) in All().Where(c => c.Container.StartsWith(prefix, StringComparison.Ordinal)))
        {
            found[container] = Math.Min(process, found.GetValueOrDefault(container, int.MaxValue));
        }
        return [.. found.Select(static f => (f.Key, f.Value))];
    }

    private IEnumerable<(int Process, string Container)> All()
    {
        foreach (var directory in Directory.EnumerateDirectories(root))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && Read(directory + "/cgroup") is { } groups && Innermost(groups) is { } container)
            {
                yield return (process, container);
            }
        }
    }

    /// <summary>The first group that is a container's: version 1 has a line for each controller.</summary>
    private static string? Innermost(string groups) =>
        groups.Split('\n').Select(static line => Container().Match(line)).FirstOrDefault(static m => m.Success)?.Value;

    // Processes end while they are looked at.
    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex("^[0-9a-f]+$")]
    private static partial Regex Hex();

    [GeneratedRegex(@"(?<=[/-])(?<!conmon-)[0-9a-f]{64}(?=(?:\.scope)?(?:/|$))", RegexOptions.RightToLeft)]
    private static partial Regex Container();
}
