using System.Net;
using Straum.Doctor.Dns;
using Straum.Doctor.Hosts;
using Straum.Doctor.Measuring;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Dns;

/// <summary>A row of lookups at one server, and what to think of it.</summary>
internal static class Lookups
{
    private const int Count = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2), Slow = TimeSpan.FromMilliseconds(100);

    /// <summary>The rule, for explanations.</summary>
    public const string Threshold = "of ten lookups: fail when most have no answer, warn when one has none, when the server says that it failed, or when the median is above 100 ms";

    /// <summary>Asks alternately for A and AAAA, as resolvers do.</summary>
    public static async Task<Finding> MeasureAsync(INetwork network, IPAddress server, string name, string subject, CancellationToken stop)
    {
        var latencies = new LatencyHistogram();
        DnsReply? bad = null;
        var lost = 0;
        for (var i = 0; i < Count && lost <= Count / 2; i++)
        {
            var question = new DnsQuestion(name, i % 2 == 0 ? DnsType.A : DnsType.Aaaa);
            var reply = await network.AskDnsAsync(new IPEndPoint(server, 53), question, Patience, stop).ConfigureAwait(false);
            if (reply.IsAnswer)
            {
                latencies.Record(reply.Took);
                continue;
            }
            bad = reply;
            // A refusal that comes at once is an answer of a kind; silence is none.
            lost += reply.Code is null ? 1 : 0;
        }
        var answered = $"{latencies.Count} answered, p50 {Figure.Time(latencies.Percentile(0.5))}, p99 {Figure.Time(latencies.Percentile(0.99))}";
        return lost > Count / 2 ? Finding.Fail($"{bad!.Fault} ({lost} of {lost + latencies.Count} lookups of {name})", subject)
            : bad is { Code: { } code } ? Finding.Warn($"the server answers {code} for {name}; {answered}", subject)
            : lost > 0 ? Finding.Warn($"{lost} of {Count} lookups had no answer; {answered}", subject)
            : latencies.Percentile(0.5) > Slow ? Finding.Warn(answered, subject)
            : Finding.Pass(answered, subject);
    }
}
