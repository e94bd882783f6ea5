using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Network;

/// <summary>Datagrams that arrived and that a program did not take in time, on the host and in each pod.</summary>
internal sealed class DatagramQueues : Check
{
    private const double FailPercent = 1;

    private const string Look = "ss -ulnm   # d in skmem is what a socket dropped: have the program ask for a larger SO_RCVBUF, up to net.core.rmem_max (straum tune apply), or give it more CPU";

    public override string Id => "ST-NE-012";

    public override string Title => "programs take their datagrams in time";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "A datagram waits in the receiving socket's buffer until the program reads it. When the buffer is full the kernel drops the datagram, at the very end of a way that lost nothing: DNS, QUIC, syslog and media lose packets that no network device counts. The default buffer of 212,992 bytes holds some thirty large datagrams, five milliseconds of 200 Mbit/s; a program that gets no CPU for that long loses what comes.",
        Threshold: "over ten seconds: warn when RcvbufErrors rises, fail when more than 1 % of a namespace's datagrams are lost that way",
        Source: "/proc/net/snmp (Udp) and /proc/net/snmp6 (Udp6) of each namespace; socket(7), SO_RCVBUF",
        Fix: $"straum exec POD -- {Look}");

    public override TimeSpan Limit => TimeSpan.FromSeconds(20);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var wrong = new List<Finding>();
        foreach (var rises in await CounterRises.WatchAsync(host, stop, "snmp", "snmp6").ConfigureAwait(false))
        {
            var lost = rises["Udp:RcvbufErrors"] + rises["Udp6RcvbufErrors"];
            if (lost > 0)
            {
                var percent = 100.0 * lost / (lost + rises["Udp:InDatagrams"] + rises["Udp6InDatagrams"]);
                var measured = $"{Figure.Count(lost)} datagrams found their socket's buffer full ({Figure.Percent(percent)})";
                wrong.Add(percent > FailPercent ? Finding.Fail(measured, rises.Name, rises.Within(Look)) : Finding.Warn(measured, rises.Name, rises.Within(Look)));
            }
        }
        return Several(wrong, Finding.Pass(host.Pods.Count == 0 ? "none lost" : $"none lost, neither on the host nor in {Figure.Count(host.Pods.Count, "pod")}"));
    }
}
