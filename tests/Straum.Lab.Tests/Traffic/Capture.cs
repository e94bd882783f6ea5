using Straum.Linux;

namespace Straum.Lab.Traffic;

/// <summary>What tcpdump sees on an interface while something happens.</summary>
internal static class Capture
{
    /// <summary>Captures during <paramref name="action"/>. Returns tcpdump's lines: no names, addresses and ports as numbers.</summary>
    /// <param name="place">A pod, a node, client or router.</param>
    /// <param name="device">The interface.</param>
    /// <param name="filter">In pcap-filter(7)'s language; empty for everything.</param>
    public static async Task<IReadOnlyList<string>> RunAsync(string place, string device, string filter, Func<Task> action)
    {
        const int sigint = 2;
        var stop = TestContext.Current.CancellationToken;
        using var ns = NetworkNamespace.Open(LabPlace.Find(place).NetworkNamespace);
        using var tcpdump = NamespacedProcess.Start(ns, new ProcessSpec
        {
            FileName = "tcpdump",
            Arguments = ["-i", device, "-nn", "-l", "-q", "--immediate-mode", .. filter.Length > 0 ? [filter] : Array.Empty<string>()],
        });
        var lines = tcpdump.StandardOutput.ReadToEndAsync(stop);
        try
        {
            // It has opened its socket when it says so; packets before that would be missed.
            while (await tcpdump.StandardError.ReadLineAsync(stop) is { } line && !line.Contains("listening on", StringComparison.Ordinal))
            {
            }
            await action();
            // Packets are in the socket's buffer as soon as they passed; on SIGINT tcpdump reads what is there and ends.
            tcpdump.Signal(sigint);
            await tcpdump.WaitForExitAsync(stop);
            return (await lines).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            if (!tcpdump.HasExited)
            {
                tcpdump.Kill();
            }
        }
    }
}
