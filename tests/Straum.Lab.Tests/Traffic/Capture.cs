using Straum.Linux;

namespace Straum.Lab.Traffic;

/// <summary>What tcpdump sees on an interface while something happens.</summary>
internal static class Capture
{
    private const int Sigint = 2;

    // A packet may wait for a neighbour to be resolved long after its sender has ended.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Captures during <paramref name="action"/> and after it, until what was seen suffices or ten seconds have passed.
    /// Returns tcpdump's lines: no names, addresses and ports as numbers.
    /// </summary>
    /// <param name="place">A pod, a node, client or router.</param>
    /// <param name="device">The interface.</param>
    /// <param name="filter">In pcap-filter(7)'s language; empty for everything.</param>
    /// <param name="action">Makes the traffic.</param>
    /// <param name="until">Whether the lines so far have everything that must come. Who looks for what must not come waits for a packet that was sent after it.</param>
    public static async Task<IReadOnlyList<string>> RunAsync(string place, string device, string filter, Func<Task> action, Func<IReadOnlyList<string>, bool> until)
    {
        var stop = TestContext.Current.CancellationToken;
        using var ns = NetworkNamespace.Open(LabPlace.Find(place).NetworkNamespace);
        using var tcpdump = NamespacedProcess.Start(ns, new ProcessSpec
        {
            FileName = "tcpdump",
            Arguments = ["-i", device, "-nn", "-l", "-q", "--immediate-mode", .. filter.Length > 0 ? [filter] : Array.Empty<string>()],
        });
        try
        {
            // It has opened its socket when it says so; packets before that would be missed.
            while (await tcpdump.StandardError.ReadLineAsync(stop) is { } line && !line.Contains("listening on", StringComparison.Ordinal))
            {
            }
            await action();

            List<string> lines = [];
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
            // On SIGINT tcpdump ends at once, without what is still in its buffer; its output ends with it, and so does the loop.
            using (deadline.Token.Register(() => tcpdump.Signal(Sigint)))
            {
                deadline.CancelAfter(Patience);
                while (!until(lines) && await tcpdump.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
                {
                    lines.Add(line);
                }
            }
            tcpdump.Signal(Sigint);
            var rest = await tcpdump.StandardOutput.ReadToEndAsync(CancellationToken.None);
            await tcpdump.WaitForExitAsync(stop);
            return [.. lines, .. rest.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
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
