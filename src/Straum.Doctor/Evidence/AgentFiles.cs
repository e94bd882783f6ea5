using Straum.Doctor.Hosts;

namespace Straum.Doctor.Evidence;

/// <summary>
/// The agent's configuration and log, wherever this node has them: a lab's directory, the DaemonSet's container as the kubelet
/// lays it out, or /etc/straum and the journal. Found without the agent, since it may be dead.
/// </summary>
internal static class AgentFiles
{
    /// <summary>What the manifest says of where these are looked for.</summary>
    public const string ConfigSource = OwnConfig + ", the DaemonSet's ConfigMap, or the lab's file", LogSource = "journal of unit straum, " + PodLogs + "/*_straum-*/agent, or the lab's log";

    /// <summary>What the manifest says when there is none: inside the agent's own container there is neither journal nor /var/log/pods.</summary>
    public const string NoLog = "neither is here; of a DaemonSet: kubectl -n NAMESPACE logs daemonset/straum -c agent";

    private const string OwnConfig = "/etc/straum/straum.yaml", PodLogs = "/var/log/pods", KubeletPods = "/var/lib/kubelet/pods";
    private const int MostLines = 2000;

    /// <summary>Null when there is none.</summary>
    public static string? Config(IHost host) => Join(host, host.Options.LabNode is { } node ? [node.Config]
        : [OwnConfig, .. Containers(host).Select(static c => $"{KubeletPods}/{c.Uid}/volumes/kubernetes.io~configmap/config/straum.yaml")]);

    /// <summary>The last lines; of a container also those of the runs before. Null when there are none.</summary>
    public static async Task<string?> LogAsync(IHost host, CancellationToken stop)
    {
        if (host.Options.LabNode is { } node)
        {
            return Join(host, [node.Log]);
        }
        var journal = await Journal.ReadAsync(host, "straum", MostLines, stop).ConfigureAwait(false);
        var containers = Join(host, Containers(host).SelectMany(c => Runs(host, c.Logs)));
        return journal is null ? containers : journal + containers;
    }

    /// <summary>Each text under its path, the last lines of it; null when none is there.</summary>
    private static string? Join(IHost host, IEnumerable<string> paths)
    {
        var texts = paths.Select(p => (Path: p, Text: host.ReadText(p))).Where(static f => f.Text is not null).ToList();
        return texts.Count == 0 ? null : string.Concat(texts.Select(static f => $"# {f.Path}\n{Tail(f.Text!)}\n"));
    }

    private static string Tail(string text) => string.Join('\n', text.TrimEnd('\n').Split('\n').TakeLast(MostLines));

    /// <summary>Directories are called NAMESPACE_POD_UID.</summary>
    private static IEnumerable<(string Uid, string Logs)> Containers(IHost host) =>
        from directory in host.ListDirectory(PodLogs) ?? []
        let parts = directory.Split('_')
        where parts.Length == 3 && parts[1].StartsWith("straum-", StringComparison.Ordinal)
        select (parts[2], $"{PodLogs}/{directory}/agent");

    /// <summary>0.log, 1.log… of each start; what was rotated (0.log.20261121-170000.gz) is left out.</summary>
    private static IEnumerable<string> Runs(IHost host, string directory) =>
        from file in host.ListDirectory(directory) ?? []
        where file.EndsWith(".log", StringComparison.Ordinal)
        orderby file.Length, file
        select $"{directory}/{file}";
}
