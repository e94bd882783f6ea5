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

    /// <summary>The rule, for explanations; what an answer is differs.</summary>
    public const string Threshold = "of ten lookups: fail when most have no answer, warn when one has none, or when the median is above 100 ms";

    /// <summary>Asks alternately for A and AAAA, as resolvers do.</summary>
    /// <param name="network">Where to ask from.</param>
    /// <param name="server">Whom to ask.</param>
    /// <param name="name">What to ask for.</param>
    /// <param name="exists">
    /// The server must know the name: an answer then has an address of one family or of both. Otherwise that there is no such
    /// name is an answer too.
    /// </param>
    /// <param name="subject">The finding's.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<Finding> MeasureAsync(INetwork network, IPAddress server, string name, bool exists, string subject, CancellationToken stop)
    {
        var replies = new List<(DnsType Type, DnsReply Reply)>();
        for (var i = 0; i < Count && replies.Count(r => exists ? r.Reply.Code != DnsCode.NoError : !r.Reply.IsAnswer) <= Count / 2; i++)
        {
            var question = new DnsQuestion(name, i % 2 == 0 ? DnsType.A : DnsType.Aaaa);
            replies.Add((question.Type, await network.AskDnsAsync(new IPEndPoint(server, 53), question, Patience, stop).ConfigureAwait(false)));
        }
        // The cluster may have one family only: no record of the other is as it should be.
        var families = replies.Where(static r => r.Reply.Answers > 0).Select(static r => r.Type).ToHashSet();
        var latencies = new LatencyHistogram();
        DnsReply? bad = null;
        foreach (var (type, reply) in replies)
        {
            if (exists ? reply.Code == DnsCode.NoError && (reply.Answers > 0 || (families.Count > 0 && !families.Contains(type))) : reply.IsAnswer)
            {
                latencies.Record(reply.Took);
            }
            else
            {
                bad = reply;
            }
        }
        var answered = $"{latencies.Count} answered, p50 {Figure.Time(latencies.Percentile(0.5))}, p99 {Figure.Time(latencies.Percentile(0.99))}";
        var lost = replies.Count - latencies.Count;
        var fault = $"{Fault(bad)} ({lost} of {replies.Count} lookups of {name})";
        return lost > Count / 2 ? Finding.Fail(fault, subject)
            : lost > 0 ? Finding.Warn($"{fault}; {answered}", subject)
            : latencies.Percentile(0.5) > Slow ? Finding.Warn(answered, subject)
            : Finding.Pass(answered, subject);
    }

    private static string Fault(DnsReply? bad) => bad?.Code switch
    {
        null => bad?.Fault ?? "",
        DnsCode.NoError => "the server has no address",
        { } code => $"the server answers {code}",
    };
}
