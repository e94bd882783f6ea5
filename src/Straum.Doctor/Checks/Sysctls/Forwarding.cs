using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>Whether the node passes packets on at all.</summary>
internal sealed class Forwarding : Check
{
    public override string Id => "ST-SY-008";

    public override string Title => "the node forwards packets of its pods";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "bpf_fib_lookup and the kernel's own stack both refuse to pass a packet on when forwarding is off on the device that it came from. Straum's agent sets it on the devices that it makes; a hardening script that sets it back cuts the pods off.",
        Threshold: "fail when net.ipv4.conf.DEVICE.forwarding is 0 on an uplink or a pod's veth while pods are attached; before that, warn when net.ipv4.ip_forward is 0",
        Source: "kubeadm preflight, FileContent--proc-sys-net-ipv4-ip_forward; kernel documentation, networking/ip-sysctl.rst",
        Fix: "sysctl -w net.ipv4.ip_forward=1");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.Network.ReadText("/proc/sys/net/ipv4/ip_forward")?.Trim() is not { } all)
        {
            return One(Finding.Unknown("net.ipv4.ip_forward is not there"));
        }
        if (host.Pods.Count == 0)
        {
            return One(all == "1" ? Finding.Pass("net.ipv4.ip_forward = 1") : Finding.Warn("net.ipv4.ip_forward = 0, and no pods yet"));
        }
        var devices = Network.Uplinks.Of(host).Select(static l => l.Name).Concat(host.Pods.Select(static p => p.HostDevice)).ToList();
        var closed = devices.Where(d => host.Network.ReadText($"/proc/sys/net/ipv4/conf/{d}/forwarding")?.Trim() == "0").ToList();
        return One(closed.Count > 0
            ? Finding.Fail("off", Reading.Figure.Names(closed), string.Join("; ", closed.Take(3).Select(static d => $"sysctl -w net.ipv4.conf.{d.Replace('.', '/')}.forwarding=1")))
            : Finding.Pass($"on for {Reading.Figure.Count(devices.Count, "device")}"));
    }
}
