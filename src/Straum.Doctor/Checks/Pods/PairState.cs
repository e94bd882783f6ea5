using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Pods;

/// <summary>Both ends of the veth pair.</summary>
internal sealed class PairState : PodCheck
{
    public override string Id => "ST-PO-004";

    public override string Title => "each pod's device is up at both ends";

    public override Explanation Explanation { get; } = new(
        Why: "A pair carries packets only when both ends are up. The kubelet believes the pod is well as long as its probes, which come from the node, are answered over an address that still exists.",
        Threshold: "fail when either end is down",
        Source: "rtnetlink's link flags in both namespaces; veth(4)",
        Fix: "ip link set dev DEVICE up   # on the node; in the pod: straum exec POD -- ip link set dev eth0 up");

    protected override Finding? Examine(IHost host, PodNetwork pod)
    {
        var inside = pod.Network.Links.FirstOrDefault(l => l.Name == pod.PodDevice);
        var outside = host.Network.Links.FirstOrDefault(l => l.Name == pod.HostDevice);
        return inside is { IsUp: false } ? Finding.Fail($"{pod.PodDevice} is down", fix: $"straum exec {pod.Name} -- ip link set dev {pod.PodDevice} up")
            : outside is { IsUp: false } ? Finding.Fail($"{pod.HostDevice} is down", fix: $"ip link set dev {pod.HostDevice} up")
            : null;
    }
}
