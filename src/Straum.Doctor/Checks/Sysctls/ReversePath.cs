using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>Strict reverse path filtering, device by device.</summary>
internal sealed class ReversePath : Check
{
    public override string Id => "ST-SY-005";

    public override string Title => "no packet is dropped for the way it came";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "In strict mode the kernel drops a packet, silently, when the way back to its sender leads out of another device. Two uplinks, direct server return and tunnels all make such packets. Loose mode (2) still drops what has no way back at all.",
        Threshold: "warn when max(all, device) is 1 on an uplink, a tunnel or the node's end of a pod's veth pair",
        Source: "RFC 3704; kernel documentation, networking/ip-sysctl.rst, rp_filter (the larger of all and the device's counts)",
        Fix: "sysctl -w net.ipv4.conf.all.rp_filter=2   # and of each device that has 1");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var all = Read(host, "all") ?? 0;
        var uplinks = Network.Uplinks.Of(host).Select(static l => l.Name);
        var tunnels = Network.Tunnel.Of(host.Network.Links).Select(static t => t.Link.Name);
        var devices = uplinks.Concat(tunnels).Concat(host.Pods.Select(static p => p.HostDevice)).Distinct().ToList();
        var strict = devices.Where(d => Math.Max(all, Read(host, d) ?? 0) == 1).ToList();
        return One(devices.Count == 0 ? Network.Uplinks.None(host)
            : strict.Count > 0 ? Finding.Warn("strict", Figure.Names(strict), string.Join("; ", strict.Take(3).Select(static d => $"sysctl -w net.ipv4.conf.{d.Replace('.', '/')}.rp_filter=2")))
            : Finding.Pass($"off or loose on {Figure.Count(devices.Count, "device")}"));
    }

    private static long? Read(IHost host, string device) => NumberFields.First(host.Network.ReadText($"/proc/sys/net/ipv4/conf/{device}/rp_filter"));
}
