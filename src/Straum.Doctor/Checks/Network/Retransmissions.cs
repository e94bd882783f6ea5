using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Network;

/// <summary>Segments that TCP sent twice, on the host and in each pod.</summary>
internal sealed class Retransmissions : Check
{
    private const double WarnPercent = 1, FailPercent = 5;

    /// <summary>Of fewer segments a percentage says nothing.</summary>
    private const long Enough = 1000;

    public override string Id => "ST-NE-008";

    public override string Title => "TCP rarely sends twice";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "What is sent twice was lost, or its answer was late. One per cent halves the throughput of a long path; a lost last segment waits 200 ms or more.",
        Threshold: "over ten seconds, of at least 1,000 segments: warn above 1 %, fail above 5 %",
        Source: "/proc/net/snmp, RetransSegs beside OutSegs, which does not count them (RFC 4022); 1.5 % is where bpftune changes the congestion control, docs/bpftune-tcp-conn",
        Fix: "ss -tino state established '( retrans > 0 )'   # to whom; then see ST-NE-003, ST-NE-006 and ST-CP-002");

    public override TimeSpan Limit => TimeSpan.FromSeconds(20);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var judged = (await CounterRises.WatchAsync(host, stop, "snmp").ConfigureAwait(false)).Select(Judge).ToList();
        return judged.Exists(static f => f.Verdict != Verdict.Pass) ? judged.FindAll(static f => f.Verdict != Verdict.Pass) : [judged[0]];
    }

    private static Finding Judge(CounterRises rises)
    {
        var again = rises["Tcp:RetransSegs"];
        var all = rises["Tcp:OutSegs"] + again;
        var percent = all == 0 ? 0 : 100.0 * again / all;
        var measured = $"{Figure.Count(again)} of {Figure.Count(all)} segments ({Figure.Percent(percent)})";
        return all < Enough || percent <= WarnPercent ? Finding.Pass(measured, rises.Name)
            : percent > FailPercent ? Finding.Fail(measured, rises.Name)
            : Finding.Warn(measured, rises.Name);
    }
}
