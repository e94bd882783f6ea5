using System.Net;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks;

public sealed class SysctlTests : CheckTest
{
    private const string Net = "/proc/sys/net/";

    [Theory]
    [InlineData("32768\t60999\n", "\n", Verdict.Pass)]
    [InlineData("1024\t65535\n", "\n", Verdict.Warn)]
    [InlineData("1024\t65535\n", "30000-32767\n", Verdict.Pass)]
    [InlineData("1024\t65535\n", "8080,30000-31000,31001-40000\n", Verdict.Pass)]
    [InlineData("1024\t65535\n", "30000-32766\n", Verdict.Warn)]
    [InlineData("1024\t31000\n", "30000-31000\n", Verdict.Pass)]
    public async Task PortRange_MustNotReachNodePorts(string range, string reserved, Verdict verdict)
    {
        Host.Files[Net + "ipv4/ip_local_port_range"] = [range];
        Host.Files[Net + "ipv4/ip_local_reserved_ports"] = [reserved];
        (await FindAsync("ST-SY-001")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task Backlog_SmallInPods_NamesThem()
    {
        Host.Files[Net + "core/somaxconn"] = ["32768\n"];
        foreach (var pod in new[] { "a/x", "a/y", "b/z", "b/w" })
        {
            Host.AddPod(pod).Files[Net + "core/somaxconn"] = ["128\n"];
        }
        (await FindAsync("ST-SY-002")).ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(Verdict.Warn), f => f.Subject.ShouldBe("a/x, a/y, b/z and 1 more"));
    }

    [Theory]
    [InlineData("2", "1", null, Verdict.Pass)]
    [InlineData("1", "1", null, Verdict.Pass)]
    [InlineData("1", "0", null, Verdict.Warn)]
    [InlineData("0", "1", "1", Verdict.Fail)]
    public async Task TimeWait_ReuseNeedsTimestamps(string reuse, string stamps, string? recycle, Verdict verdict)
    {
        Host.Files[Net + "ipv4/tcp_tw_reuse"] = [reuse + "\n"];
        Host.Files[Net + "ipv4/tcp_timestamps"] = [stamps + "\n"];
        if (recycle is not null)
        {
            Host.Files[Net + "ipv4/tcp_tw_recycle"] = [recycle + "\n"];
        }
        (await FindAsync("ST-SY-003")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task Buffers_BelowTheDefault_Warn()
    {
        (await FindAsync("ST-SY-004")).Verdict.ShouldBe(Verdict.Skip);
        Host.Files[Net + "core/rmem_max"] = ["16777216\n"];
        Host.Files[Net + "core/wmem_max"] = ["131072\n"];
        await ShouldBeAsync("ST-SY-004", Verdict.Warn, "receive 16 MiB, send 128 KiB");
    }

    [Theory]
    [InlineData("0", "1", Verdict.Warn)]
    [InlineData("1", "0", Verdict.Warn)]
    [InlineData("2", "1", Verdict.Pass)]
    [InlineData("0", "2", Verdict.Pass)]
    public async Task ReversePath_TheLargerCounts(string all, string device, Verdict verdict)
    {
        AddUplink();
        Host.Files[Net + "ipv4/conf/all/rp_filter"] = [all + "\n"];
        Host.Files[Net + "ipv4/conf/eth0/rp_filter"] = [device + "\n"];
        (await FindAsync("ST-SY-005")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task PodsUntuned_HostValueDiffers_Warns()
    {
        var pod = Host.AddPod("default/web");
        Host.Files[Net + "ipv4/tcp_fin_timeout"] = ["15\n"];
        pod.Files[Net + "ipv4/tcp_fin_timeout"] = ["60\n"];
        await ShouldBeAsync("ST-SY-006", Verdict.Warn, "net.ipv4.tcp_fin_timeout = 15 on the host, 60 in 1 pod");
        pod.Files[Net + "ipv4/tcp_fin_timeout"] = ["15\n"];
        (await FindAsync("ST-SY-006")).Verdict.ShouldBe(Verdict.Pass);
    }

    [Fact]
    public async Task PodsUntuned_OldKernelsDefault_IsADefaultToo()
    {
        Host.Files[Net + "core/somaxconn"] = ["32768\n"];
        Host.Files[Net + "ipv4/tcp_keepalive_time"] = ["600\n"];
        var pod = Host.AddPod("default/web");
        pod.Files[Net + "core/somaxconn"] = ["128\n"];
        pod.Files[Net + "ipv4/tcp_keepalive_time"] = ["7200\n"];
        (await ExamineAsync("ST-SY-006")).Findings.Select(static f => f.Measured).ShouldBe(
        [
            "net.core.somaxconn = 32768 on the host, 128 in 1 pod",
            "net.ipv4.tcp_keepalive_time = 600 on the host, 7200 in 1 pod",
        ]);
        // A fix that the setting gets from: no profile has the second.
        (await ExamineAsync("ST-SY-006")).Findings.Select(static f => f.Fix?.Split("   #")[0]).ShouldBe([null, "pods: {sysctls: [net.ipv4.tcp_keepalive_time=600]}"]);
    }

    [Fact]
    public async Task DeadSettings_OfOldGuides_AreNamed()
    {
        Host.Files["/etc/sysctl.d/99-k8s.conf"] = ["# net.gone = 1\nnet.ipv4.netfilter.ip_conntrack_expect_max = 8192\nnet.core.somaxconn=32768\n-net.gone.too = 1\nnet/ipv4/conf/eth0.1/forwarding = 1\n"];
        Host.Files[Net + "core/somaxconn"] = ["32768\n"];
        Host.Files[Net + "ipv4/conf/eth0.1/forwarding"] = ["1\n"];
        var finding = await FindAsync("ST-SY-007");
        finding.Measured.ShouldBe("net.ipv4.netfilter.ip_conntrack_expect_max does not exist");
        finding.Subject.ShouldBe("/etc/sysctl.d/99-k8s.conf");
    }

    [Fact]
    public async Task DeadSettings_WithoutAValueToRead_Exist()
    {
        Host.Files["/etc/sysctl.d/99-k8s.conf"] = ["net.ipv4.route.flush = 1\nnet.ipv6.conf.default.stable_secret = fd00::1\n"];
        Host.Refused.Add(Net + "ipv4/route/flush");
        Host.Refused.Add(Net + "ipv6/conf/default/stable_secret");
        await ShouldBeAsync("ST-SY-007", Verdict.Pass, "2 keys");
    }

    [Theory]
    [InlineData("net.bridge.bridge-nf-call-iptables", "modprobe br_netfilter")]
    [InlineData("net/bridge/bridge-nf-call-iptables", "modprobe br_netfilter")]
    [InlineData("net.netfilter.nf_conntrack_max", "modprobe nf_conntrack")]
    [InlineData("net.nf_conntrack_max", "modprobe nf_conntrack")]
    [InlineData("net.ipv4.tcp_tw_recycle", null)]
    public async Task DeadSettings_OfAModule_WantIt(string key, string? fix)
    {
        Host.Files["/etc/sysctl.d/99-k8s.conf"] = [key + " = 1\n"];
        var finding = await FindAsync("ST-SY-007");
        finding.Verdict.ShouldBe(Verdict.Warn);
        finding.Fix?.Split(';')[0].ShouldBe(fix);
        (finding.Fix is null).ShouldBe(fix is null);
    }

    [Fact]
    public async Task Forwarding_OffOnTheUplinkOfPods_Fails()
    {
        AddUplink();
        Host.AddPod("default/web");
        Host.Files[Net + "ipv4/ip_forward"] = ["1\n"];
        Host.Files[Net + "ipv4/conf/eth0/forwarding"] = ["0\n"];
        var finding = await FindAsync("ST-SY-008");
        finding.ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(Verdict.Fail), f => f.Subject.ShouldBe("eth0"), f => f.Fix.ShouldBe("sysctl -w net.ipv4.conf.eth0.forwarding=1"));
    }

    private void AddUplink()
    {
        Host.Own.LinkList.Add(new Link { Index = 2, Name = "eth0", Mtu = 1500, Flags = LinkFlags.Up | LinkFlags.LowerUp });
        Host.Own.RouteList.Add(new Route { Destination = IPNetwork.Parse("0.0.0.0/0"), Gateway = IPAddress.Parse("10.0.0.1"), InterfaceIndex = 2 });
    }
}
