using System.Net;
using Straum.Doctor.Checks.Network;
using Straum.Doctor.Hosts;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks;

public sealed class NetworkTests : CheckTest
{
    public NetworkTests()
    {
        AddLink(2, "eth0");
        Host.Own.RouteList.Add(new Route { Destination = IPNetwork.Parse("0.0.0.0/0"), Gateway = IPAddress.Parse("10.0.0.1"), InterfaceIndex = 2 });
    }

    [Fact]
    public async Task OverlayLinks_Vxlan_WarnsWithItsHeader()
    {
        (await FindAsync("ST-NE-001")).Verdict.ShouldBe(Verdict.Pass);
        AddLink(5, "flannel.1", "vxlan", mtu: 1450, vxlan: new VxlanSettings { Vni = 1, UnderlayIndex = 2 });
        await ShouldBeAsync("ST-NE-001", Verdict.Warn, "vxlan, 50 bytes of each packet (3.3 % of 1500), MTU 1450");
    }

    [Fact]
    public async Task OverlayLinks_UnusedTunnelOfTheKernel_IsNone()
    {
        Host.Own.LinkList.Add(new Link { Index = 9, Name = "tunl0", Kind = "ipip", Mtu = 1480 });
        (await FindAsync("ST-NE-001")).Verdict.ShouldBe(Verdict.Pass);
    }

    [Theory]
    [InlineData(1450, Verdict.Pass)]
    [InlineData(1500, Verdict.Fail)]
    public async Task OverlayMtu_MustLeaveRoom(int mtu, Verdict verdict)
    {
        AddLink(5, "flannel.1", "vxlan", mtu: mtu, vxlan: new VxlanSettings { Vni = 1, UnderlayIndex = 2 });
        var finding = await FindAsync("ST-NE-002");
        finding.Verdict.ShouldBe(verdict);
        finding.Fix.ShouldBe(verdict == Verdict.Fail ? "ip link set dev flannel.1 mtu 1450" : null);
    }

    [Theory]
    [InlineData("10.0.0.2", "1450 + 50 in 1500")]
    [InlineData("fd00::2", "1450 + 70 does not fit 1500")]
    public async Task OverlayMtu_Geneve_CountsTheOuterFamilysHeader(string remote, string measured)
    {
        AddLink(5, "gnv0", "geneve", mtu: 1450, geneve: new GeneveSettings { Remote = IPAddress.Parse(remote) });
        (await FindAsync("ST-NE-002")).Measured.ShouldBe(measured);
    }

    [Theory]
    [InlineData("vxlan")]
    [InlineData("geneve")]
    public async Task OverlayMtu_DeviceForAllRemotes_TakesWhatPodsSend(string kind)
    {
        AddLink(5, "ovl0", kind, vxlan: kind == "vxlan" ? new VxlanSettings { External = true } : null, geneve: kind == "geneve" ? new GeneveSettings { External = true } : null);
        (await FindAsync("ST-NE-002")).Verdict.ShouldBe(Verdict.Pass);
    }

    [Fact]
    public async Task PathMtu_LargeEchoesLost_IsABlackHole()
    {
        Host.Options = new DoctorOptions { Peers = [IPAddress.Parse("10.0.0.2")] };
        Host.Own.Echo = static (_, size) => size > 1400 ? new Echo(null) : new Echo(TimeSpan.FromMilliseconds(1));
        await ShouldBeAsync("ST-NE-003", Verdict.Fail, "84 bytes come back, 1500 are lost");
    }

    [Fact]
    public async Task PathMtu_RouterSaysSo_Passes()
    {
        Host.Options = new DoctorOptions { Peers = [IPAddress.Parse("10.0.0.2")] };
        Host.Own.Echo = static (_, size) => size > 1400 ? new Echo(null, 1400) : new Echo(TimeSpan.FromMilliseconds(1));
        await ShouldBeAsync("ST-NE-003", Verdict.Pass, "1400 bytes, and routers say so");
    }

    [Fact]
    public async Task PathMtu_NothingComesBack_IsUnknown()
    {
        Host.AgentReports["routes"] = """{"routes":[{"prefix":"10.0.0.2/32","kind":"remote-node","peer":"n2"},{"prefix":"10.244.2.0/24","kind":"remote-pods","peer":"n2"}]}""";
        Host.Own.Echo = static (_, _) => new Echo(null);
        (await FindAsync("ST-NE-003")).ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(Verdict.Unknown), f => f.Subject.ShouldBe("n2 10.0.0.2"));
    }

    [Theory]
    [InlineData(1, 8, 4, "", Verdict.Warn)]
    [InlineData(4, 8, 4, "", Verdict.Pass)]
    [InlineData(1, 1, 2, "", Verdict.Pass)]
    [InlineData(1, 1, 8, "ff\n", Verdict.Pass)]
    [InlineData(1, 1, 8, "00\n", Verdict.Warn)]
    public async Task Queues_OneForManyCpus_Warns(int queues, int most, int cpus, string steering, Verdict verdict)
    {
        Host.Cpus = cpus;
        Host.Own.Nics["eth0"] = Nic(queues: queues, most: most);
        Host.Files["/sys/class/net/eth0/queues/rx-0/rps_cpus"] = [steering];
        (await FindAsync("ST-NE-004")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task Queues_DriverHasOnlyOne_FixSteersPackets()
    {
        Host.Cpus = 36;
        Host.Own.Nics["eth0"] = Nic(queues: 1, most: 1);
        (await FindAsync("ST-NE-004")).Fix.ShouldBe("echo f,ffffffff > /sys/class/net/eth0/queues/rx-0/rps_cpus");
    }

    [Fact]
    public async Task Offloads_Off_WarnAndFixNamesThem()
    {
        Host.Own.Nics["eth0"] = Nic() with { ReceiveAggregation = false };
        (await FindAsync("ST-NE-005")).ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(Verdict.Warn), f => f.Fix.ShouldBe("ethtool -K eth0 gro on"));
    }

    [Fact]
    public async Task Losses_Missed_WarnWithTheRing()
    {
        Host.Own.Nics["eth0"] = Nic();
        Host.Files["/sys/class/net/eth0/statistics/rx_missed_errors"] = ["3\n", "5\n"];
        // No packet at all beside two that were missed: too few to speak of a share.
        (await FindAsync("ST-NE-006")).ShouldSatisfyAllConditions(
            f => f.Verdict.ShouldBe(Verdict.Warn), f => f.Fix.ShouldBe("ethtool -G eth0 rx 4096   # now 256"));
    }

    [Fact]
    public async Task Losses_FramesThatNobodySpeaks_AreNamedOnly()
    {
        // One LLDP frame per second on a line without traffic.
        Host.Own.WhenPaused = () => Count(new LinkStatistics { ReceivedPackets = 10, ReceiveDropped = 10 });
        await ShouldBeAsync("ST-NE-006", Verdict.Pass, "10 dropped on receiving");
    }

    [Theory]
    [InlineData(5000, 5, 0, Verdict.Warn)]
    [InlineData(5000, 100, 0, Verdict.Fail)]
    [InlineData(5000, 0, 100, Verdict.Fail)]
    public async Task Losses_ErrorsAndDropsOnSending_AreAShare(ulong packets, ulong errors, ulong unsent, Verdict verdict)
    {
        Host.Own.WhenPaused = () => Count(new LinkStatistics { ReceivedPackets = packets, ReceiveErrors = errors, SendDropped = unsent });
        (await FindAsync("ST-NE-006")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task Neighbors_ThatTheKernelDoesNotLimit_DoNotCount()
    {
        Host.Files["/proc/sys/net/ipv4/neigh/default/gc_thresh3"] = ["1024\n"];
        Host.Files["/proc/sys/net/ipv6/neigh/default/gc_thresh3"] = ["1024\n"];
        Host.Files["/proc/net/stat/arp_cache"] = ["entries  allocs destroys\n00000400  00000001 00000000\n"];
        Host.Files["/proc/net/stat/ndisc_cache"] = ["entries  allocs destroys\n00000400  00000001 00000000\n"];
        for (var i = 0; i < 300; i++)
        {
            Host.Own.NeighborList.Add(new Neighbor { InterfaceIndex = 2, Address = new IPAddress([10, 1, (byte)(i / 256), (byte)i]), State = NeighborState.Permanent });
        }
        var pod = Host.AddPod("default/web");
        for (var i = 0; i < 200; i++)
        {
            pod.NeighborList.Add(new Neighbor { InterfaceIndex = 2, Address = new IPAddress([10, 2, 0, (byte)i]), State = NeighborState.Reachable, IsExternallyLearned = true });
        }
        var findings = (await ExamineAsync("ST-NE-007")).Findings;
        findings[0].Verdict.ShouldBe(Verdict.Pass);
        findings[0].Measured.ShouldBe("524 of 1024 entries (51.17 %), beside 500 that are permanent or externally learned");
        findings[1].Verdict.ShouldBe(Verdict.Fail);
    }

    [Fact]
    public async Task Neighbors_NearTheLimit_Warn()
    {
        Host.Files["/proc/sys/net/ipv4/neigh/default/gc_thresh3"] = ["1024\n"];
        Host.Files["/proc/net/stat/arp_cache"] = ["entries  allocs destroys\n00000320  00000001 00000000\n00000320  00000001 00000000\n"];
        var result = await ExamineAsync("ST-NE-007");
        result.Findings[0].Verdict.ShouldBe(Verdict.Warn);
        result.Findings[0].Measured.ShouldStartWith("800 of 1024");
        result.Findings[1].Verdict.ShouldBe(Verdict.Skip);
    }

    [Theory]
    [InlineData(10_000, 50, Verdict.Pass)]
    [InlineData(10_000, 200, Verdict.Warn)]
    [InlineData(10_000, 800, Verdict.Fail)]
    [InlineData(100, 50, Verdict.Pass)]
    // What is sent again does not count as sent: nothing that is new comes through.
    [InlineData(0, 1000, Verdict.Fail)]
    [InlineData(960, 40, Verdict.Warn)]
    public async Task Retransmissions_OfAPod_AreFound(int sent, int again, Verdict verdict)
    {
        Host.Files["/proc/net/snmp"] = [Snmp(0, 0)];
        Host.AddPod("default/web").Files["/proc/net/snmp"] = [Snmp(5, 1), Snmp(5 + sent, 1 + again)];
        var finding = await FindAsync("ST-NE-008");
        finding.Verdict.ShouldBe(verdict);
        finding.Subject.ShouldBe(verdict == Verdict.Pass ? "" : "default/web");
    }

    [Fact]
    public async Task ListenQueues_OverflowInAPod_Fails()
    {
        Host.AddPod("default/web").Files["/proc/net/netstat"] = ["TcpExt: ListenOverflows ListenDrops\nTcpExt: 1 1\n", "TcpExt: ListenOverflows ListenDrops\nTcpExt: 4 5\n"];
        await ShouldBeAsync("ST-NE-009", Verdict.Fail, "3 overflows, 4 drops");
    }

    [Theory]
    [InlineData(3, 4, 4, 0, "3 overflows, 4 drops in 10 s", "ss -ltn ")]
    [InlineData(0, 10, 10, 0, "10 drops in 10 s and no overflow: 10 packets found no route", "ip route ")]
    [InlineData(0, 1, 0, 1, "1 drop in 10 s and no overflow: the queue of half-open connections was full", "sysctl -w net.ipv4.tcp_syncookies=1 ")]
    [InlineData(0, 2, 0, 0, "2 drops in 10 s, and no queue was full", "nstat -az ")]
    public async Task ListenQueues_WhatRisesWithTheDrops_SaysWhy(int overflows, int drops, int routeless, int halfOpen, string measured, string command)
    {
        var pod = Host.AddPod("default/web");
        pod.Files["/proc/net/netstat"] = [Tcp(0, 0, 0), Tcp(overflows, drops, halfOpen)];
        pod.Files["/proc/net/snmp"] = ["Ip: OutNoRoutes\nIp: 1\n", $"Ip: OutNoRoutes\nIp: {1 + routeless}\n"];
        (await FindAsync("ST-NE-009")).ShouldSatisfyAllConditions(
            static f => f.Verdict.ShouldBe(Verdict.Fail), f => f.Measured.ShouldStartWith(measured), f => f.Fix.ShouldNotBeNull().ShouldStartWith($"straum exec default/web -- {command}"));

        static string Tcp(int overflows, int drops, int halfOpen) => $"TcpExt: ListenOverflows ListenDrops TCPReqQFullDrop\nTcpExt: {overflows} {drops} {halfOpen}\n";
    }

    [Theory]
    [InlineData(1000, 0, 0, Verdict.Pass)]
    [InlineData(1000, 3, 2, Verdict.Warn)]
    [InlineData(1000, 30, 0, Verdict.Fail)]
    [InlineData(0, 0, 5, Verdict.Fail)]
    public async Task DatagramQueues_FullInAPod_IsSaid(int taken, int lost, int lost6, Verdict verdict)
    {
        var pod = Host.AddPod("default/web");
        pod.Files["/proc/net/snmp"] = [Udp(7, 100), Udp(7 + taken, 100 + lost)];
        pod.Files["/proc/net/snmp6"] = ["Ip6InReceives                   \t5\nUdp6RcvbufErrors                \t1\n", $"Ip6InReceives                   \t6\nUdp6RcvbufErrors                \t{1 + lost6}\n"];
        (await FindAsync("ST-NE-012")).ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(verdict), f => f.Subject.ShouldBe(verdict == Verdict.Pass ? "" : "default/web"),
            f => f.Fix?.ShouldStartWith("straum exec default/web -- ss -ulnm "));

        static string Udp(int taken, int lost) => $"Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors\nUdp: {taken} 0 {lost} 0 {lost}\n";
    }

    [Theory]
    [InlineData("cubic", "pfifo_fast", Verdict.Pass)]
    [InlineData("bbr", "pfifo_fast", Verdict.Warn)]
    [InlineData("bbr", "fq", Verdict.Pass)]
    public async Task CongestionControl_BbrWantsFq(string algorithm, string qdisc, Verdict verdict)
    {
        Host.Files["/proc/sys/net/ipv4/tcp_congestion_control"] = [algorithm + "\n"];
        Host.Own.QdiscList.Add(new Qdisc(2, qdisc, IsRoot: true));
        Host.Own.QdiscList.Add(new Qdisc(2, "clsact", IsRoot: false));
        (await FindAsync("ST-NE-010")).Verdict.ShouldBe(verdict);
    }

    [Theory]
    [InlineData(FeatureSupport.NotSupported, Verdict.Pass)]
    [InlineData(FeatureSupport.Unknown, Verdict.Warn)]
    public async Task CongestionControl_BbrOnAKernelWithoutFq_IsAsGoodAsItGets(FeatureSupport fq, Verdict verdict)
    {
        Host.Files["/proc/sys/net/ipv4/tcp_congestion_control"] = ["bbr\n"];
        Host.Own.QdiscList.Add(new Qdisc(2, "pfifo_fast", IsRoot: true));
        Host.Unsupported["fq"] = fq;
        await ShouldBeAsync("ST-NE-010", verdict, verdict == Verdict.Pass ? "bbr, pfifo_fast; this kernel has no fq" : "bbr, pfifo_fast");
    }

    [Fact]
    public async Task CongestionControl_MultiQueueOverFq_Passes()
    {
        Host.Files["/proc/sys/net/ipv4/tcp_congestion_control"] = ["bbr\n"];
        Host.Own.QdiscList.AddRange([new Qdisc(2, "mq", true), new Qdisc(2, "fq", false), new Qdisc(2, "fq", false)]);
        (await FindAsync("ST-NE-010")).Verdict.ShouldBe(Verdict.Pass);
    }

    [Fact]
    public async Task Uplink_NoCarrierOrSlow_IsSaid()
    {
        Host.Files["/sys/class/net/eth0/speed"] = ["100\n"];
        await ShouldBeAsync("ST-NE-011", Verdict.Warn, "100 Mbit/s");
        Host.Own.LinkList[0] = Host.Own.LinkList[0] with { Flags = LinkFlags.Up };
        await ShouldBeAsync("ST-NE-011", Verdict.Fail, "no carrier");
    }

    [Fact]
    public async Task Uplink_SetDown_IsTheAgentsStill()
    {
        SetUplinkDown();
        Host.AgentReports["status"] = """{"devices":[{"name":"eth0","role":"uplink"},{"name":"straum.vxlan","role":"overlay"}]}""";
        await ShouldBeAsync("ST-NE-011", Verdict.Fail, "down");
        (await FindAsync("ST-NE-011")).Fix.ShouldNotBeNull().ShouldStartWith("ip link set dev eth0 up");
        Uplinks.Outward(Host).ShouldBe([2]);
    }

    [Fact]
    public async Task Uplink_SetDownWhereNoAgentAnswers_IsUnknownByItsAddress()
    {
        SetUplinkDown();
        await ShouldBeAsync("ST-NE-011", Verdict.Skip, "no default route, so no uplink");
        Host.Own.AddressList.Add(new InterfaceAddress { InterfaceIndex = 2, Address = IPAddress.Parse("10.0.0.9"), PrefixLength = 24 });
        await ShouldBeAsync("ST-NE-011", Verdict.Unknown, "down, and there is no default route");
        await ShouldBeAsync("ST-NE-006", Verdict.Skip, "no default route, and down: eth0; see ST-NE-011");
        Uplinks.Outward(Host).ShouldBe([2]);
    }

    [Fact]
    public async Task Uplink_TheAgentNamesAnother_IsNotTheDefaultRoutes()
    {
        AddLink(3, "eth1");
        Host.AgentReports["status"] = """{"devices":[{"name":"eth1","role":"uplink"}]}""";
        (await FindAsync("ST-NE-011")).Subject.ShouldBe("eth1");
        Uplinks.Outward(Host).Order().ShouldBe([2, 3]);
    }

    /// <summary>What the uplink counts between two readings.</summary>
    private void Count(LinkStatistics statistics) => Host.Own.LinkList[0] = Host.Own.LinkList[0] with { Statistics = statistics };

    /// <summary>Its routes go with it.</summary>
    private void SetUplinkDown()
    {
        Host.Own.LinkList[0] = Host.Own.LinkList[0] with { Flags = LinkFlags.None };
        Host.Own.RouteList.Clear();
    }

    private static NicSettings Nic(int queues = 4, int most = 4) => new("virtio_net", queues, most, 256, 4096, true, true, true, true);

    private static string Snmp(int sent, int again) => $"Tcp: InSegs OutSegs RetransSegs\nTcp: 7 {sent} {again}\n";

    private void AddLink(int index, string name, string kind = "", int mtu = 1500, VxlanSettings? vxlan = null, GeneveSettings? geneve = null) => Host.Own.LinkList.Add(new Link
    {
        Index = index,
        Name = name,
        Kind = kind,
        Mtu = mtu,
        Vxlan = vxlan,
        Geneve = geneve,
        Flags = LinkFlags.Up | LinkFlags.LowerUp,
    });
}
