using System.Globalization;
using Straum.Doctor.Checks.Sysctls;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Conntrack;

/// <summary>How long the kernel remembers a connection that says nothing.</summary>
internal sealed class EstablishedTimeout : Check
{
    private const string Key = "net.netfilter.nf_conntrack_tcp_timeout_established";
    private const long KeepAlive = 7_200;
    private static readonly long Longest = long.Parse(Setting.Wanted(Key), CultureInfo.InvariantCulture);

    public override string Id => "ST-CT-004";

    public override string Title => "idle connections are remembered, but not for days";

    public override CheckGroup Group => CheckGroup.Conntrack;

    public override Explanation Explanation { get; } = new(
        Why: "The kernel's default keeps an entry for five days after its last packet, so that dead connections fill the table. Shorter than TCP's keep-alive of two hours, and idle connections that are alive are forgotten and then reset.",
        Threshold: $"warn above {Figure.Count(Longest)} s and below {Figure.Count(KeepAlive)} s",
        Source: "86,400 s: kube-proxy, pkg/proxy/apis/config/v1alpha1/defaults.go (tcpEstablishedTimeout); 7,200 s: RFC 1122 section 4.2.3.6, RFC 5382 REQ-5",
        Fix: $"sysctl -w {Key}={Longest}");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (Setting.ReadNumber(host.Network, Key) is not { } seconds)
        {
            return One(Finding.Skip("the kernel tracks no connections here (nf_conntrack is not loaded)"));
        }
        var measured = $"{Figure.Count(seconds)} s";
        return One(seconds > Longest || seconds < KeepAlive ? Finding.Warn(measured) : Finding.Pass(measured));
    }
}
