using System.Diagnostics;
using System.Net;
using Straum.Doctor.Dns;
using Straum.Doctor.Measuring;

namespace Straum.Doctor.Bench;

/// <summary>Lookups at one server, each a new socket as a resolver opens them.</summary>
public static class DnsBench
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <param name="server">Where to ask.</param>
    /// <param name="name">What to ask for; A and AAAA in turn.</param>
    /// <param name="time">How long.</param>
    /// <param name="atOnce">How many lookups are under way at any time.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<IReadOnlyList<BenchFigure>> MeasureAsync(IPEndPoint server, string name, TimeSpan time, int atOnce, CancellationToken stop)
    {
        var times = new LatencyHistogram();
        var failed = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async i =>
        {
            for (var n = i; Stopwatch.GetElapsedTime(started) < time; n++)
            {
                var reply = await DnsClient.AskAsync(server, new DnsQuestion(name, n % 2 == 0 ? DnsType.A : DnsType.Aaaa), Patience, static open => open(), stop).ConfigureAwait(false);
                lock (times)
                {
                    if (reply.IsAnswer)
                    {
                        times.Record(reply.Took);
                    }
                    else
                    {
                        failed++;
                    }
                }
            }
        })).ConfigureAwait(false);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return
        [
            BenchFigure.Rate("dns.lookups", times.Count / elapsed),
            .. BenchFigure.Percentiles("dns.lookup", times),
            new BenchFigure("dns.failed", times.Count + failed == 0 ? 0 : 100.0 * failed / (times.Count + failed), "%", LowerIsBetter: true),
        ];
    }
}
