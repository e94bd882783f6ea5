namespace Straum.Lab;

/// <summary>Finds the log files of the lab.</summary>
public static class LabLogs
{
    /// <param name="name">A process of the lab (a node's name, apiserver, supervisor) or a pod, with or without its namespace.</param>
    /// <returns>At least one file: several for a pod with several containers.</returns>
    /// <exception cref="LabException">There is no log of it: <see cref="LabNameException"/> when the lab has nothing of that name.</exception>
    public static IReadOnlyList<string> Find(string name)
    {
        if (!name.Contains('/') && File.Exists(LabPaths.Log(name)))
        {
            return [LabPaths.Log(name)];
        }
        var parts = name.Split('/');
        var directory = parts.Length == 2 ? LabPaths.PodLogs(parts[0], parts[1]) : LabPaths.PodLogs("default", name);
        var files = Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*.log").Order(StringComparer.Ordinal).ToArray() : [];
        return files.Length > 0 ? files : throw Missing(name);
    }

    private static LabException Missing(string name)
    {
        try
        {
            LabPlace.Find(name);
            return new LabException($"{name} has written no log", $"logs are below {LabPaths.Logs}");
        }
        catch (LabNameException e)
        {
            string[] processes = Directory.Exists(LabPaths.Logs)
                ? [.. Directory.EnumerateFiles(LabPaths.Logs, "*.log").Select(static f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)]
                : [];
            return new LabNameException(
                $"there is no log of {name}", $"logs are of {string.Join(", ", processes)}, and of pods: straum lab kubectl get pods -A", name, [.. processes, .. e.Names]);
        }
    }
}
