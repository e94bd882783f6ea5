using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Network;

/// <summary>Connections that a server did not accept in time, on the host and in each pod.</summary>
internal sealed class ListenQueues : Check
{
    private const string FullQueue = "ss -ltn   # Recv-Q at Send-Q is a full queue: raise the program's backlog, then net.core.somaxconn in the same namespace, or add replicas";

    public override string Id => "ST-NE-009";

    public override string Title => "servers accept connections in time";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "A finished handshake waits in the listening socket's queue until the program accepts it. When the queue is full the kernel drops the handshake's last packet: clients hang for a second and more. A handshake that is dropped though no queue was full has another reason: no route back to the client, or a full queue of half-open connections. The queue is the smaller of what the program asked for and somaxconn of its own namespace.",
        Threshold: "over ten seconds: fail when ListenOverflows or ListenDrops rise; which counter rises with them says why (OutNoRoutes, TCPReqQFullDrop)",
        Source: "/proc/net/netstat, snmp and snmp6 of each namespace; net/ipv4/tcp_input.c, tcp_conn_request; listen(2)",
        Fix: $"straum exec POD -- {FullQueue}");

    public override TimeSpan Limit => TimeSpan.FromSeconds(20);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var failed = (await CounterRises.WatchAsync(host, stop, "netstat", "snmp", "snmp6").ConfigureAwait(false)).Select(Fault).OfType<Finding>().ToList();
        return Several(failed, Finding.Pass(host.Pods.Count == 0 ? "no overflow" : $"no overflow, neither on the host nor in {Figure.Count(host.Pods.Count, "pod")}"));
    }

    private static Finding? Fault(CounterRises rises)
    {
        // An overflow is a drop too.
        var (overflows, drops) = (rises["TcpExt:ListenOverflows"], rises["TcpExt:ListenDrops"]);
        var (routeless, halfOpen) = (rises["Ip:OutNoRoutes"] + rises["Ip6OutNoRoutes"], rises["TcpExt:TCPReqQFullDrop"]);
        var window = $"in {CounterRises.Window.TotalSeconds:0} s";
        return overflows > 0 ? Fail($"{Figure.Count(overflows, "overflow")}, {Figure.Count(drops, "drop")} {window}", FullQueue)
            : drops <= 0 ? null
            : routeless > 0 ? Fail($"{Figure.Count(drops, "drop")} {window} and no overflow: {Figure.Count(routeless, "packet")} found no route, such as the answers to clients", "ip route   # the way back to the clients is missing; also ip -6 route")
            : halfOpen > 0 ? Fail($"{Figure.Count(drops, "drop")} {window} and no overflow: the queue of half-open connections was full", "sysctl -w net.ipv4.tcp_syncookies=1   # or a larger net.ipv4.tcp_max_syn_backlog")
            : Fail($"{Figure.Count(drops, "drop")} {window}, and no queue was full", "nstat -az   # twice: which counter rises with TcpExtListenDrops says why (memory, a packet of an old connection)");

        Finding Fail(string measured, string command) => Finding.Fail(measured, rises.Name, rises.Within(command));
    }
}
