using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>How eagerly ports of ended connections are used again.</summary>
internal sealed class TimeWait : Check
{
    public override string Id => "ST-SY-003";

    public override string Title => "ended connections are reused safely";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "tcp_tw_reuse=1 lets outgoing connections take a port that still waits; it tells old segments from new ones by TCP timestamps, so without these it does nothing good. The default, 2, does it on loopback only. tcp_tw_recycle, which broke every client behind NAT, is gone since Linux 4.12.",
        Threshold: "warn when tcp_tw_reuse is 1 without tcp_timestamps; fail when tcp_tw_recycle is on",
        Source: "Linux commit 79e9fed46038 (default 2); Linux commit 4396e46187ca (no tcp_tw_recycle); kernel documentation, networking/ip-sysctl.rst",
        Fix: "sysctl -w net.ipv4.tcp_tw_reuse=2");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var reuse = host.Network.ReadText("/proc/sys/net/ipv4/tcp_tw_reuse")?.Trim();
        var stamps = host.Network.ReadText("/proc/sys/net/ipv4/tcp_timestamps")?.Trim();
        var recycle = host.Network.ReadText("/proc/sys/net/ipv4/tcp_tw_recycle")?.Trim();
        return One(recycle is not (null or "0") ? Finding.Fail("tcp_tw_recycle = " + recycle, fix: "sysctl -w net.ipv4.tcp_tw_recycle=0")
            : reuse is null ? Finding.Unknown("net.ipv4.tcp_tw_reuse is not there")
            : reuse == "1" && stamps == "0" ? Finding.Warn("tcp_tw_reuse = 1, tcp_timestamps = 0", fix: "sysctl -w net.ipv4.tcp_timestamps=1")
            : Finding.Pass("tcp_tw_reuse = " + reuse));
    }
}
