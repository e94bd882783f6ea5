using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks.Network;

/// <summary>Packets that uplinks lost in ten seconds.</summary>
internal sealed class DeviceLosses : Check
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private const double FailShare = 0.01;

    /// <summary>Of fewer packets a share says nothing.</summary>
    private const ulong Enough = 1000;

    public override string Id => "ST-NE-006";

    public override string Title => "the network device loses nothing";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "A receive ring that overflows (missed) means that the CPU came too late; errors mean a cable, a transceiver or a driver. TCP repeats what is lost, and the application sees a pause of 200 ms or more.",
        Threshold: "over ten seconds: warn when errors or misses of an uplink rise, or drops on sending, fail above 1 % of at least 1,000 packets; drops on receiving are named only, because frames that nobody here speaks (LLDP, STP) are among them: see ST-CP-002",
        Source: "rtnetlink's IFLA_STATS64 and /sys/class/net/DEVICE/statistics/rx_missed_errors; kernel documentation, networking/statistics.rst",
        Fix: "ethtool -G DEVICE rx MAXIMUM   # ethtool -g DEVICE says how many; and see ST-CP-002");

    public override TimeSpan Limit => TimeSpan.FromSeconds(20);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var before = Uplinks.Of(host).ToDictionary(static l => l.Name, l => (l.Statistics, Missed: Missed(host, l)));
        if (before.Count == 0)
        {
            return [Uplinks.None(host)];
        }
        await host.PauseAsync(Window, stop).ConfigureAwait(false);
        return [.. Uplinks.Of(host).Where(l => before.ContainsKey(l.Name)).Select(l => Judge(host, l, before[l.Name].Statistics, Missed(host, l) - before[l.Name].Missed))];
    }

    private static Finding Judge(IHost host, Link link, LinkStatistics before, long missed)
    {
        var now = link.Statistics;
        var errors = now.ReceiveErrors - before.ReceiveErrors + (now.SendErrors - before.SendErrors);
        var (unsent, dropped) = (now.SendDropped - before.SendDropped, now.ReceiveDropped - before.ReceiveDropped);
        var packets = now.ReceivedPackets - before.ReceivedPackets + (now.SentPackets - before.SentPackets);
        var lost = errors + unsent + (ulong)Math.Max(0, missed);
        var measured = $"{errors} errors, {missed} missed, {unsent} dropped on sending of {Figure.Count(packets)} packets; {dropped} dropped on receiving";
        var fix = host.Network.Nic(link.Name) is { ReceiveRing: { } ring, MaxReceiveRing: { } max } && ring < max
            ? $"ethtool -G {link.Name} rx {max}   # now {ring}" : null;
        return lost == 0 ? Finding.Pass(measured, link.Name)
            : packets + lost >= Enough && lost > FailShare * (packets + lost) ? Finding.Fail(measured, link.Name, fix)
            : Finding.Warn(measured, link.Name, fix);
    }

    private static long Missed(IHost host, Link link) => Uplinks.Read(host, link.Name, "statistics/rx_missed_errors") ?? 0;
}
