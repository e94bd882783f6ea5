using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Rules;

/// <summary>Asks kube-proxy itself.</summary>
internal sealed class KubeProxyMode : Check
{
    private static readonly Uri Page = new("http://127.0.0.1:10249/proxyMode");

    public override string Id => "ST-RU-004";

    public override string Title => "kube-proxy does not slow Services down";

    public override CheckGroup Group => CheckGroup.Rules;

    public override Explanation Explanation { get; } = new(
        Why: "iptables mode compares packets with rules one by one and rewrites the table at each change; IPVS mode is on its way out; nftables mode is fast. Beside Straum no kube-proxy is needed at all.",
        Threshold: "warn when it runs in iptables or ipvs mode",
        Source: "kube-proxy's own page /proxyMode; kubernetes/enhancements, KEP-3866 and KEP-5495",
        Fix: "kubectl -n kube-system delete daemonset kube-proxy   # once Straum's agents translate Services; on every node then the fix of ST-RU-005");

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var mode = (await host.GetAsync(Page, stop).ConfigureAwait(false))?.Trim();
        return [mode is null ? Finding.Skip("no kube-proxy answers at 127.0.0.1:10249") : mode is "iptables" or "ipvs" ? Finding.Warn($"{mode} mode") : Finding.Pass($"{mode} mode")];
    }
}
