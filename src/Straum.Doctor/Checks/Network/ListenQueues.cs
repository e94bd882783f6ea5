using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Network;

/// <summary>Connections that a server did not accept in time, on the host and in each pod.</summary>
internal sealed class ListenQueues : Check
{
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
        var failed = new List<Finding>();
        foreach (var rises in await CounterRises.WatchAsync(host, stop, "netstat").ConfigureAwait(false))
        {
            var (overflows, drops) = (rises["TcpExt:ListenOverflows"], rises["TcpExt:ListenDrops"]);
            if (overflows > 0 || drops > 0)
            {
                failed.Add(Finding.Fail($"{overflows} overflows, {drops} drops in {CounterRises.Window.TotalSeconds:0} s", rises.Name));
            }
        }
        return Several(failed, Finding.Pass(host.Pods.Count == 0 ? "no overflow" : $"no overflow, neither on the host nor in {host.Pods.Count} pods"));
    }
}
