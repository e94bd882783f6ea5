using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Rules;

/// <summary>IPVS, which Kubernetes is taking out.</summary>
internal sealed class IpVirtualServer : Check
{
    public override string Id => "ST-RU-003";

    public override string Title => "Services do not depend on IPVS";

    public override CheckGroup Group => CheckGroup.Rules;

    public override Explanation Explanation { get; } = new(
        Why: "kube-proxy's IPVS mode is deprecated since Kubernetes 1.35, off by default in 1.40 and removed in 1.46; it needs iptables beside it all the same.",
        Threshold: "warn when the kernel has virtual servers",
        Source: "kubernetes/enhancements, keps/sig-network/5495-deprecate-ipvs-mode-in-kube-proxy; /proc/net/ip_vs",
        Fix: "kubectl -n kube-system get configmap kube-proxy -o yaml | straum import -   # says of each key what becomes of it; once Straum's agents translate Services: ipvsadm --clear");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.Network.ReadText("/proc/net/ip_vs") is not { } text)
        {
            return One(Finding.Skip("IPVS is not loaded"));
        }
        // TCP  0A600001:01BB rr: a protocol in capitals begins a virtual server's line.
        var servers = text.Split('\n').Count(static l => l.StartsWith("TCP ", StringComparison.Ordinal) || l.StartsWith("UDP ", StringComparison.Ordinal)
            || l.StartsWith("SCTP ", StringComparison.Ordinal) || l.StartsWith("FWM ", StringComparison.Ordinal));
        return One(servers > 0 ? Finding.Warn(Figure.Count(servers, "virtual server")) : Finding.Pass("no virtual servers"));
    }
}
