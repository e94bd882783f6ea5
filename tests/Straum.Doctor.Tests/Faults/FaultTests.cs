using System.Net;
using System.Net.Sockets;
using Straum.Linux;

namespace Straum.Doctor.Faults;

/// <summary>Each fault is found by its id, and nothing else changes its verdict.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly FaultyNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task MtuBlackHole_IsFound() => await ShouldFindAsync("ST-NE-003", Verdict.Fail, () =>
    {
        FaultyNode.Do(_node.Router, "ip link set peer mtu 1300; nft 'add table ip t; add chain ip t out { type filter hook output priority 0; }; add rule ip t out icmp type destination-unreachable drop'");
        FaultyNode.Do(_node.Peer, "ip link set eth0 mtu 1300");
    });

    [Fact]
    public async Task SmallerMtuThatRoutersAnnounce_IsNoFault() => await ShouldFindNothingAsync(() =>
    {
        FaultyNode.Do(_node.Router, "ip link set peer mtu 1300");
        FaultyNode.Do(_node.Peer, "ip link set eth0 mtu 1300");
    });

    [Fact]
    public async Task PodWithoutDefaultRoute_IsFound() => await ShouldFindAsync(
        "ST-PO-001", Verdict.Fail, () => FaultyNode.Do(_node.Pod, "ip route del default; ip route add 10.9.2.0/24 via 10.9.3.1"));

    [Fact]
    public async Task PodOfIPv6Only_IsNoFault()
    {
        FaultyNode.Do(_node.Pod, "ip -4 addr flush dev eth0; ip addr add fd09::2/64 dev eth0 nodad; ip -6 route add default via fd09::1");
        (await _node.ExamineAsync(only: "ST-PO-001")).ShouldBeEmpty();
        FaultyNode.Do(_node.Pod, "ip -6 route del default");
        (await _node.ExamineAsync(only: "ST-PO-001")).ShouldBe([("ST-PO-001", Verdict.Fail)]);
    }

    [Fact]
    public async Task PodWithAnotherAddressForItsGateway_IsFound()
    {
        (await _node.ExamineAsync(only: "ST-PO-002")).ShouldBeEmpty();
        FaultyNode.Do(_node.Pod, "ip neigh replace 10.9.3.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent");
        (await _node.ExamineAsync(only: "ST-PO-002")).ShouldBe([("ST-PO-002", Verdict.Fail)]);
        _node.Mend("ST-PO-002");
        (await _node.ExamineAsync(only: "ST-PO-002")).ShouldBeEmpty();
    }

    [Fact]
    public async Task PodMtuOnItsRoute_IsNoFault()
    {
        FaultyNode.Do(_node.Node, "ip link add vx0 type vxlan external dstport 4789; ip link set vx0 up");
        (await _node.ExamineAsync(only: "ST-PO-003")).ShouldBe([("ST-PO-003", Verdict.Fail)]);
        FaultyNode.Do(_node.Pod, "ip route change default via 10.9.3.1 mtu 1450");
        (await _node.ExamineAsync(only: "ST-PO-003")).ShouldBeEmpty();
    }

    [Fact]
    public async Task PeerThatFiltersEchoes_IsUnknown() => await ShouldFindAsync(
        ["ST-NE-003", "ST-CL-003"], Verdict.Unknown, () => FaultyNode.Do(_node.Peer, "nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; add rule ip t in icmp type echo-request drop'"));

    [Fact]
    public async Task UplinkSetDown_IsFound_AndItsOtherEndIsNoPod()
    {
        FaultyNode.Do(_node.Node, "ip link set eth0 down");
        (await _node.ExamineAsync(only: "ST-NE-011")).ShouldBe([("ST-NE-011", Verdict.Unknown)]);
        (await _node.ExamineAsync(only: "ST-PO-001")).ShouldBeEmpty();
    }

    [Fact]
    public async Task PodMtuUnlikeItsOtherEnd_IsFound() => await ShouldFindAsync(
        "ST-PO-003", Verdict.Fail, () => FaultyNode.Do(_node.Pod, "ip link set eth0 mtu 1400"), mends: true);

    [Fact]
    public async Task VxlanLink_IsFound() => await ShouldFindAsync(
        "ST-NE-001", Verdict.Warn, () => FaultyNode.Do(_node.Node, "ip link add vx0 type vxlan id 5 dev eth0 remote 10.9.2.2 dstport 4789; ip link set vx0 up; sysctl -qw net.ipv4.conf.vx0.rp_filter=0"));

    [Fact]
    public async Task TwentyThousandIptablesRules_AreFound() => await ShouldFindAsync("ST-RU-001", Verdict.Fail, () =>
        // The table and chain of iptables-nft.
        FaultyNode.Do(_node.Node, "{ echo 'add table ip filter'; echo 'add chain ip filter KUBE-SERVICES'; seq 1 20000 | sed 's/.*/add rule ip filter KUBE-SERVICES tcp dport & counter return/; s/dport \\([0-9]*\\)/dport \\1/'; } | nft -f -"));

    [Fact]
    public async Task DnsThatDrops_IsFound() => await ShouldFindAsync("ST-DN-002", Verdict.Fail, () => _node.ClusterDnsDrops = true);

    [Fact]
    public async Task DnsThatKnowsNothing_IsFound() => await ShouldFindAsync("ST-DN-002", Verdict.Fail, () => _node.ClusterDnsKnowsNothing = true);

    [Fact]
    public async Task StrictReversePath_IsFound() => await ShouldFindAsync(
        "ST-SY-005", Verdict.Warn, () => FaultyNode.Do(_node.Node, "sysctl -qw net.ipv4.conf.eth0.rp_filter=1"), mends: true);

    [Fact]
    public async Task PortRangeOverNodePorts_IsFound() => await ShouldFindAsync(
        "ST-SY-001", Verdict.Warn, () => FaultyNode.Do(_node.Node, "sysctl -qw net.ipv4.ip_local_reserved_ports= net.ipv4.ip_local_port_range='20000 32000'"), alsoTuned: true, mends: true);

    [Fact]
    public async Task FullDatagramSocket_IsFound()
    {
        using var server = _node.Pod.Namespace.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        server.Bind(new IPEndPoint(IPAddress.Loopback, 7000));
        using var client = _node.Pod.Namespace.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        var found = await _node.ExamineAsync(() =>
        {
            // Nobody reads: over loopback what does not fit is dropped before the call returns.
            for (var i = 0; i < 2000; i++)
            {
                client.SendTo(new byte[1000], new IPEndPoint(IPAddress.Loopback, 7000));
            }
        }, only: "ST-NE-012");
        found.ShouldBe([("ST-NE-012", Verdict.Fail)]);
    }

    [Fact]
    public async Task OverflowingListener_IsFound()
    {
        using var listener = _node.Pod.Namespace.Run(() => Listen(new IPEndPoint(IPAddress.Loopback, 7000)));
        var clients = new List<Socket>();
        try
        {
            var found = await _node.ExamineAsync(() =>
            {
                // A queue for one, and nobody who accepts.
                for (var i = 0; i < 8; i++)
                {
                    clients.Add(_node.Pod.Namespace.Run(() => Connect(new IPEndPoint(IPAddress.Loopback, 7000))));
                }
                SpinWait.SpinUntil(() => Overflows(_node.Pod) > 0, TimeSpan.FromSeconds(10)).ShouldBeTrue("no overflow was counted");
            }, only: "ST-NE-009");
            found.ShouldBe([("ST-NE-009", Verdict.Fail)]);
        }
        finally
        {
            clients.ForEach(static c => c.Dispose());
        }
    }

    [Fact]
    public async Task FullConnectionTable_IsFound()
    {
        // The limit is the machine's, the count each namespace's own: fill this one to 95 %.
        var max = int.Parse(Sysctl.Read("net.netfilter.nf_conntrack_max"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.SkipWhen(max > 600_000, $"nf_conntrack_max is {max}; filling that takes too long for a test");
        await ShouldFindAsync("ST-CT-001", Verdict.Fail, () =>
        {
            FaultyNode.Do(_node.Node, "nft 'add table inet t; add chain inet t out { type filter hook output priority 0; }; add rule inet t out ct state invalid drop'");
            FaultyNode.Do(_node.Router, "ip route add blackhole 10.200.0.0/16");
            _node.Node.Namespace.Run(() => OpenFlows(max * 95 / 100));
        });
    }

    [Fact]
    public async Task StolenCpu_IsFound() => await ShouldFindAsync("ST-CP-001", Verdict.Fail, () => _node.StolenPercent = 20);

    [Fact]
    public async Task ThrottledDisk_IsFound()
    {
        using var disk = new ThrottledDisk();
        _node.Disk = disk.Directory;
        // How fast the machine's memory is "before" depends on what else it does: only the fault's verdict is certain.
        var before = (await _node.ExamineAsync()).Where(static f => f.Id != "ST-DI-001").ToList();
        disk.Throttle(writesPerSecond: 20);
        (await _node.ExamineAsync()).Except(before).ShouldBe([("ST-DI-001", Verdict.Fail)]);
    }

    private static void OpenFlows(int count)
    {
        const int PortsPerSource = 60_000;
        for (var source = 0; source * PortsPerSource < count; source++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            for (var port = 1; port <= Math.Min(PortsPerSource, count - source * PortsPerSource); port++)
            {
                try
                {
                    socket.SendTo([0], new IPEndPoint(IPAddress.Parse("10.200.0.1"), port));
                }
                catch (SocketException)
                {
                    // The router's "unreachable" about an earlier datagram; this one was not sent.
                    port--;
                }
            }
        }
    }

    private static Socket Listen(IPEndPoint at)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(at);
        socket.Listen(0);
        return socket;
    }

    private static Socket Connect(IPEndPoint to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            socket.Connect(to);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // It goes on in the kernel.
        }
        return socket;
    }

    private static long Overflows(TestNamespace within) =>
        new Reading.ProtocolCounters(within.Namespace.Run(static () => File.ReadAllText("/proc/thread-self/net/netstat")))["TcpExt:ListenOverflows"];

    private async Task ShouldFindAsync(string[] ids, Verdict verdict, Action fault)
    {
        var before = await _node.ExamineAsync();
        fault();
        (await _node.ExamineAsync()).Except(before).ShouldBe(ids.Select(i => (i, verdict)), ignoreOrder: true);
    }

    private async Task ShouldFindNothingAsync(Action change)
    {
        var before = await _node.ExamineAsync();
        change();
        (await _node.ExamineAsync()).Except(before).ShouldBeEmpty();
    }

    /// <param name="id">The only check that changes its mind.</param>
    /// <param name="verdict">What it then says.</param>
    /// <param name="fault">What is done.</param>
    /// <param name="alsoTuned">The fault is a value that pods do not have either, which ST-SY-006 is right to say.</param>
    /// <param name="mends">The fix that is printed can be pasted on this node, and then the check is as it was before.</param>
    private async Task ShouldFindAsync(string id, Verdict verdict, Action fault, bool alsoTuned = false, bool mends = false)
    {
        var before = await _node.ExamineAsync();
        before.Where(static f => f.Verdict != Verdict.Warn).ShouldBeEmpty("the node is well before the fault");
        fault();
        (await _node.ExamineAsync()).Except(before).Where(f => !alsoTuned || f.Id != "ST-SY-006").ShouldBe([(id, verdict)]);
        if (mends)
        {
            _node.Mend(id);
            (await _node.ExamineAsync()).Where(f => f.Id == id).ShouldBe(before.Where(f => f.Id == id));
        }
    }
}
