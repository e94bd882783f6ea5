using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Network;

/// <summary>Connections that a server did not accept in time, on the host and in each pod.</summary>
internal sealed class ListenQueues : Check
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    public override string Id => "ST-NE-009";

    public override string Title => "servers accept connections in time";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "A finished handshake waits in the listening socket's queue until the program accepts it. When the queue is full the kernel drops the handshake's last packet: clients hang for a second and more. The queue is the smaller of what the program asked for and somaxconn of its own namespace.",
        Threshold: "over ten seconds: fail when ListenOverflows or ListenDrops rise",
        Source: "/proc/net/netstat, TcpExt of each namespace; listen(2)",
        Fix: "straum exec POD -- ss -ltn   # Recv-Q at Send-Q is a full queue: raise the program's backlog, then net.core.somaxconn in the pod, or add replicas");

    public override TimeSpan Limit => TimeSpan.FromSeconds(20);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var networks = host.Pods.Select(static p => (p.Name, p.Network)).Prepend((Name: "", host.Network)).ToList();
        var before = networks.ConvertAll(static n => Read(n.Network));
        await host.PauseAsync(Window, stop).ConfigureAwait(false);
        var failed = new List<Finding>();
        for (var i = 0; i < networks.Count; i++)
        {
            var now = Read(networks[i].Network);
            var (overflows, drops) = (now.Overflows - before[i].Overflows, now.Drops - before[i].Drops);
            if (overflows > 0 || drops > 0)
            {
                failed.Add(Finding.Fail($"{overflows} overflows, {drops} drops in {Window.TotalSeconds:0} s", networks[i].Name));
            }
        }
        return Several(failed, Finding.Pass(host.Pods.Count == 0 ? "no overflow" : $"no overflow, neither on the host nor in {host.Pods.Count} pods"));
    }

    private static (long Overflows, long Drops) Read(INetwork network)
    {
        var counters = new ProtocolCounters(network.ReadText("/proc/net/netstat"));
        return (counters["TcpExt:ListenOverflows"], counters["TcpExt:ListenDrops"]);
    }
}
