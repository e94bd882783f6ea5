using System.Net;
using System.Net.Sockets;
using Straum.Doctor.Dns;
using Straum.Doctor.Hosts;
using Straum.Linux;

namespace Straum.Doctor.Faults;

/// <summary>
/// A node of namespaces that is well: a pod behind a veth pair, an uplink to a router, and behind that a peer that answers
/// echoes and, on two addresses, DNS. Tests break one thing of it.
/// </summary>
public sealed class FaultyNode : IDisposable
{
    /// <summary>What depends on the namespaces and on written-down files; the test machine's own files and disks may be as they like.</summary>
    private static readonly CheckSelection Selection = new(
        ["cpu", "conntrack", "network", "rules", "sysctls", "disk", "dns", "pods", "ST-CL-003"],
        ["ST-SY-007", "ST-RU-004", "ST-DI-001", "ST-DI-002", "ST-DI-004", "ST-DI-005", "ST-DN-003", "ST-DN-005"], false);

    private const string NoPressure = "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";

    private readonly Dictionary<string, Func<string>> _recorded;
    private int _ticks;
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _hostDns, _clusterDns;

    public FaultyNode()
    {
        Do(Node, "ip link add eth0 type veth peer name node netns " + Router.Name);
        Do(Node, "ip link add lxc0 type veth peer name eth0 netns " + Pod.Name);
        Do(Router, "ip link add peer type veth peer name eth0 netns " + Peer.Name);
        Do(Node, "ip addr add 10.9.1.2/24 dev eth0; ip addr add 10.9.3.1/24 dev lxc0; ip link set eth0 up; ip link set lxc0 up; ip route add default via 10.9.1.1");
        Do(Router, "ip addr add 10.9.1.1/24 dev node; ip addr add 10.9.2.1/24 dev peer; ip link set node up; ip link set peer up; sysctl -qw net.ipv4.ip_forward=1; ip route add 10.9.3.0/24 via 10.9.1.2");
        Do(Peer, "ip addr add 10.9.2.2/24 dev eth0; ip addr add 10.9.2.3/24 dev eth0; ip link set eth0 up; ip route add default via 10.9.2.1");
        Do(Pod, "ip addr add 10.9.3.2/24 dev eth0; ip link set eth0 up; ip route add default via 10.9.3.1");
        // In a new namespace "all" is strict where the machine's own is; the node must not depend on the machine.
        Do(Node, "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0 net.ipv4.conf.lxc0.rp_filter=0");
        _recorded = new()
        {
            ["/etc/resolv.conf"] = static () => "nameserver 10.9.2.2\n",
            ["/proc/stat"] = Stat,
            ["/proc/net/softnet_stat"] = static () => "00000000 00000000 00000000 00000000 00000000\n",
            ["/proc/pressure/cpu"] = static () => NoPressure,
            ["/proc/pressure/memory"] = static () => NoPressure,
            ["/proc/pressure/io"] = static () => NoPressure,
        };
        _hostDns = Serve("10.9.2.2");
        _clusterDns = Serve("10.9.2.3");
    }

    public TestNamespace Node { get; } = new();

    public TestNamespace Pod { get; } = new();

    public TestNamespace Router { get; } = new();

    public TestNamespace Peer { get; } = new();

    /// <summary>The cluster's DNS takes questions and says nothing.</summary>
    public bool ClusterDnsDrops { get; set; }

    /// <summary>The cluster's DNS says of every name that there is none: CoreDNS that lost the API server, or of another domain.</summary>
    public bool ClusterDnsKnowsNothing { get; set; }

    /// <summary>Of a hundred ticks of each CPU, how many the hypervisor takes: in the written-down /proc/stat, because nobody can steal from this machine.</summary>
    public int StolenPercent { get; set; }

    /// <summary>Where ST-DI-001 writes; null leaves it out.</summary>
    public string? Disk { get; set; }

    /// <summary>What the last examination printed below what was wrong, by id.</summary>
    public IReadOnlyDictionary<string, string> Fixes { get; private set; } = new Dictionary<string, string>();

    /// <summary>Pastes what the last examination printed as a check's fix.</summary>
    public void Mend(string id) => Do(Node, $"straum() {{ [ \"$1\" = exec ] || exit 2; pod=$2; shift 3; ip netns exec \"$pod\" \"$@\"; }}; {Fixes[id]}");

    /// <summary>Runs a line of shell in a namespace.</summary>
    public static void Do(TestNamespace within, string script)
    {
        var (code, output, error) = NamespacedProcess.Run(within, "/bin/sh", "-ec", script);
        code.ShouldBe(0, $"{script}\n{output}{error}");
    }

    /// <summary>The checks that are not as they should be, by id and verdict; without warnings that something is slow, which a busy machine is.</summary>
    /// <param name="whilePausing">Happens when the first check pauses between two samples.</param>
    /// <param name="only">One check, which then is the first to pause; null for all.</param>
    public async Task<IReadOnlyList<(string Id, Verdict Verdict)>> ExamineAsync(Action? whilePausing = null, string? only = null)
    {
        var options = new DoctorOptions
        {
            Peers = [IPAddress.Parse("10.9.2.2")],
            ClusterDns = IPAddress.Parse("10.9.2.3"),
            AgentSocket = "/run/straum-t-no-agent.sock",
            DiskPath = Disk,
        };
        using var host = new LinuxHost(options, NetworkNamespace.Open(Node.Name));
        var selection = only is not null ? new CheckSelection([only], [], false)
            : Disk is not null ? Selection with { Ignore = [.. Selection.Ignore.Where(static i => i != "ST-DI-001")] }
            : Selection;
        var report = await new Examination(new HurriedHost(host, _recorded, whilePausing)).RunAsync(selection.From(Catalogue.All), TestContext.Current.CancellationToken);
        var wrong = report.Results.Where(static r => r.Verdict is Verdict.Warn or Verdict.Fail or Verdict.Unknown).ToList();
        Fixes = wrong.ToDictionary(static r => r.Check.Id, static r => r.Findings.MaxBy(static f => f.Verdict)!.Fix ?? r.Check.Explanation.Fix);
        foreach (var finding in wrong.SelectMany(static r => r.Findings.Select(f => $"{r.Check.Id} {f}")))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(finding);
        }
        return [.. wrong.Where(static r => r.Verdict != Verdict.Warn || r.Check.Id is not ("ST-CL-003" or "ST-DN-001" or "ST-DN-002")).Select(static r => (r.Check.Id, r.Verdict))];
    }

    public void Dispose()
    {
        _stop.Cancel();
        _hostDns.Dispose();
        _clusterDns.Dispose();
        Pod.Dispose();
        Peer.Dispose();
        Router.Dispose();
        Node.Dispose();
        _stop.Dispose();
    }

    /// <summary>A second later each time it is read.</summary>
    private string Stat()
    {
        var ticks = 100 * Interlocked.Increment(ref _ticks);
        var stolen = ticks / 100 * StolenPercent;
        return $"cpu  0 0 0 {ticks - stolen} 0 0 0 {stolen} 0 0\n";
    }

    private Socket Serve(string address)
    {
        var socket = Peer.Namespace.Run(() =>
        {
            var server = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            server.Bind(new IPEndPoint(IPAddress.Parse(address), 53));
            return server;
        });
        _ = AnswerAsync(socket, address);
        return socket;
    }

    private async Task AnswerAsync(Socket socket, string address)
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var question = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                if (!ClusterDnsDrops || address != "10.9.2.3")
                {
                    // The question itself with the bit of answers set; and if it is for A, with a record behind it: the name as before,
                    // A, IN, no time to live, 192.0.2.1.
                    var length = question.ReceivedBytes;
                    buffer[2] |= 0x80;
                    if (ClusterDnsKnowsNothing && address == "10.9.2.3")
                    {
                        buffer[3] |= (byte)DnsCode.NoSuchName;
                    }
                    else if (buffer[length - 3] == (byte)DnsType.A)
                    {
                        buffer[7] = 1;
                        byte[] record = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1];
                        record.CopyTo(buffer, length);
                        length += record.Length;
                    }
                    await socket.SendToAsync(buffer.AsMemory(0, length), question.RemoteEndPoint, _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The node is being taken down.
        }
    }
}
