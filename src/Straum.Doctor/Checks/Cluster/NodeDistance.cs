using System.Net;
using Straum.Doctor.Checks.Network;
using Straum.Doctor.Hosts;
using Straum.Doctor.Measuring;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Cluster;

/// <summary>Round trips and loss to the other nodes.</summary>
internal sealed class NodeDistance : Check
{
    private const int Count = 20, Size = 84;
    private static readonly TimeSpan Far = TimeSpan.FromMilliseconds(10);

    public override string Id => "ST-CL-003";

    public override string Title => "the other nodes are near";

    public override CheckGroup Group => CheckGroup.Cluster;

    public override Explanation Explanation { get; } = new(
        Why: "Requests inside a cluster become many calls, and each waits one round trip or more: fifty calls at 10 ms are half a second. Loss of one per cent is felt by every user. Twenty milliseconds to a node that is said to be next door is a detour through another city.",
        Threshold: "of twenty echoes: fail when a tenth is lost, warn when one is, or when the median round trip is above 10 ms; unknown when none comes back, which may be a filter's doing",
        Source: "10 ms: coroot, model/check.go; etcd-io/website, docs/v3.6/tuning.md (election at 10 round trips)",
        Fix: "mtr -rwc 20 PEER   # where on the way it is lost or goes round");

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var peers = await Peers.OfAsync(host, stop).ConfigureAwait(false);
        var plan = new EchoPlan(Size, Count, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
        return peers.Count == 0 ? [Peers.None]
            : await Task.WhenAll(peers.Select(async p => Judge(p.Address, p.Name, await host.Network.EchoAsync(p.Address, plan, stop).ConfigureAwait(false)))).ConfigureAwait(false);
    }

    private static Finding Judge(IPAddress address, string peer, IReadOnlyList<Echo> echoes)
    {
        var times = new LatencyHistogram();
        foreach (var echo in echoes)
        {
            if (echo.RoundTrip is { } time)
            {
                times.Record(time);
            }
        }
        var lost = echoes.Count - (int)times.Count;
        if (times.Count == 0)
        {
            return Finding.Unknown(
                $"none of {echoes.Count} echoes came back: is ICMP filtered, or the node down?", peer,
                $"nc -zv {address} 10250   # answers: the node is up, let ICMP echoes pass between the nodes; does not: kubectl get nodes -o wide");
        }
        var (median, tail) = (times.Percentile(0.5), times.Percentile(0.99));
        var measured = $"p50 {Figure.Time(median)}, jitter {Figure.Time(tail - median)}, {lost} of {echoes.Count} lost";
        var fix = $"mtr -rwc 20 {address}   # where on the way it is lost or goes round";
        return lost * 10 >= echoes.Count ? Finding.Fail(measured, peer, fix) : lost > 0 || median > Far ? Finding.Warn(measured, peer, fix) : Finding.Pass(measured, peer);
    }
}
