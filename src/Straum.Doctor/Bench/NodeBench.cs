using System.Net;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Bench;

/// <summary>A node's own figures in one go: its stack over loopback, its disk, its first name server.</summary>
public static class NodeBench
{
    /// <param name="directory">Where the disk is measured.</param>
    /// <param name="time">How long each part is measured, at most.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<IReadOnlyList<BenchFigure>> MeasureAsync(string directory, TimeSpan time, CancellationToken stop)
    {
        var figures = new List<BenchFigure>();
        using (var server = new NetServer(new IPEndPoint(IPAddress.Loopback, 0)))
        using (var ended = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            var serving = server.RunAsync(ended.Token);
            figures.AddRange(await new NetClient(server.Address, time).MeasureAsync("loopback", stop).ConfigureAwait(false));
            await ended.CancelAsync().ConfigureAwait(false);
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        figures.AddRange(DiskBench.Measure(directory, time, stop));
        if (FirstServer() is { } dns)
        {
            figures.AddRange(await DnsBench.MeasureAsync(new IPEndPoint(dns, 53), new DoctorOptions().ExternalName, time, atOnce: 1, stop).ConfigureAwait(false));
        }
        return figures;
    }

    private static IPAddress? FirstServer()
    {
        using var host = new LinuxHost(new DoctorOptions());
        return host.ReadText("/etc/resolv.conf") is { } text && Checks.Dns.ResolverConfig.Parse(text, host.Network.Links).Servers is [var first, ..] ? first : null;
    }
}
