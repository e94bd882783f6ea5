using System.Globalization;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Cpu;

/// <summary>Packets that the network soft interrupt lost or left for later.</summary>
internal sealed class SoftirqBacklog : Check
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private const double SqueezesPerSecond = 10;

    /// <summary>bpftune raises the backlog when one packet in 32 was dropped; one in a thousand is a lossy network already.</summary>
    private const double FailShare = 0.001;

    public override string Id => "ST-CP-002";

    public override string Title => "packets are taken in as they come";

    public override CheckGroup Group => CheckGroup.Cpu;

    public override Explanation Explanation { get; } = new(
        Why: "Each CPU has a queue of received packets. When the CPU is late, because it is stolen, busy or throttled, the queue overflows and packets are gone without a word; being squeezed (out of time with packets left) comes before that.",
        Threshold: "over ten seconds: warn on any drop or above 10 squeezes/s, fail when more than 0.1 % of packets are dropped",
        Source: "/proc/net/softnet_stat, columns 2 and 3; kernel documentation, networking/scaling.rst and admin-guide/sysctl/net.rst",
        Fix: "sysctl -w net.core.netdev_max_backlog=16384 net.core.netdev_budget=600 net.core.netdev_budget_usecs=8000   # and see ST-CP-001, ST-NE-005");

    public override TimeSpan Limit => TimeSpan.FromSeconds(20);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (SoftnetCounters.Read(host.ReadText("/proc/net/softnet_stat")) is not { } before)
        {
            return [Finding.Unknown("/proc/net/softnet_stat is not there")];
        }
        await host.PauseAsync(Window, stop).ConfigureAwait(false);
        var after = SoftnetCounters.Read(host.ReadText("/proc/net/softnet_stat")) ?? before;
        var (first, last) = (SoftnetCounters.Sum(before), SoftnetCounters.Sum(after));
        var dropped = last.Dropped - first.Dropped;
        var processed = last.Processed - first.Processed;
        var squeezed = (last.Squeezed - first.Squeezed) / Window.TotalSeconds;
        var measured = string.Create(
            CultureInfo.InvariantCulture, $"{dropped} of {processed} packets dropped, {squeezed:0.#} squeezes/s; {last.Dropped} dropped since boot");
        return
        [
            dropped > FailShare * (processed + dropped) ? Finding.Fail(measured)
                : dropped > 0 || squeezed > SqueezesPerSecond ? Finding.Warn(measured)
                : Finding.Pass(measured),
        ];
    }
}
