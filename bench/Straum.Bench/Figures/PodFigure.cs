using Straum.Bench.Api;
using Straum.Bench.Bed;
using Straum.Bench.Meters;
using Straum.Bench.Report;
using Straum.Bench.Statistics;

namespace Straum.Bench.Figures;

/// <summary>Pod to pod, beside the same namespaces and wires with nothing but the kernel's forwarding.</summary>
internal sealed class PodFigure : IFigure
{
    private const int Connections = 400;
    private const int Requests = 2000;
    private static readonly TimeSpan Stream = TimeSpan.FromMilliseconds(100);

    /// <summary>Two networks and where they run.</summary>
    private sealed record Pair(string Name, MeterProcess Ours, string OurServer, MeterProcess Theirs, string TheirServer);

    public string Name => "pods";

    public string Title => "Pod to pod";

    public int Rounds => 31;

    public bool InRealTime => true;

    public async Task<IReadOnlyList<FigureRow>> MeasureAsync(int rounds, Action<string> progress, CancellationToken stop)
    {
        using var fabric = Fabric.Create(stop);
        await using var api = await FakeApi.StartAsync(fabric, 8001);
        await using var vxlanApi = await FakeApi.StartAsync(fabric, 8002);
        api.Put(ClusterObjects.Node("s1", 1), ClusterObjects.Node("s2", 2));
        vxlanApi.Put(ClusterObjects.Node("s3", 3), ClusterObjects.Node("s4", 4));

        progress("starting four agents");
        var ours = await StraumPodsAsync(fabric, api, "native", 1, 2);
        var ourTunnel = await StraumPodsAsync(fabric, vxlanApi, "vxlan", 3, 4);
        var plain = PlainPods(fabric, tunnel: false, 11, 12);
        var plainTunnel = PlainPods(fabric, tunnel: true, 13, 14);

        var rows = new List<FigureRow>();
        foreach (var (name, a, aServer, b, bServer) in new[]
        {
            ("one node", ours.Client, ours.Near, plain.Client, plain.Near),
            ("across nodes, native", ours.Client, ours.Far, plain.Client, plain.Far),
            ("across nodes, VXLAN", ourTunnel.Client, ourTunnel.Far, plainTunnel.Client, plainTunnel.Far),
        })
        {
            progress(name);
            _ = await MeterProcess.ServeAsync(aServer);
            _ = await MeterProcess.ServeAsync(bServer);
            using var ask = await MeterProcess.AskAsync(a);
            using var askPlain = await MeterProcess.AskAsync(b);
            rows.AddRange(await CompareAsync(new Pair(name, ask, aServer.Address, askPlain, bServer.Address), rounds));
        }
        return rows;
    }

    private static async Task<IEnumerable<FigureRow>> CompareAsync(Pair pair, int rounds)
    {
        var tcp = await SideBySideAsync(pair, rounds, async (meter, server) => (await meter.TcpAsync(server, Requests)).P50);
        var connect = await SideBySideAsync(pair, rounds, async (meter, server) => (await meter.ConnectAsync(server, MeterProcess.EchoPort, MeterProcess.EchoPorts, Connections)).P50);
        var udp = await SideBySideAsync(pair, rounds, async (meter, server) => (await meter.UdpAsync(server, Requests)).P50);
        var stream = await SideBySideAsync(pair, 2 * rounds, (meter, server) => meter.StreamAsync(server, Stream));
        return
        [
            Rows.AtMost($"TCP request/response, {pair.Name}, µs p50", tcp, "plain routing", 1.0),
            Rows.AtMost($"TCP connect + request, {pair.Name}, µs p50", connect, "plain routing", 1.0),
            Rows.AtMost($"UDP request/response, {pair.Name}, µs p50", udp, "plain routing", 1.0),
            Rows.AtLeast($"TCP throughput, one stream, {pair.Name}, Gbit/s", stream, "plain routing", 1.0),
        ];
    }

    private static async Task<Comparison> SideBySideAsync(Pair pair, int rounds, Func<MeterProcess, string, Task<double>> measure)
    {
        var values = await Statistics.Rounds.RunAsync(rounds, () => measure(pair.Ours, pair.OurServer), () => measure(pair.Theirs, pair.TheirServer));
        return Comparison.Of(values[0], values[1]);
    }

    private static async Task<(BenchPod Client, BenchPod Near, BenchPod Far)> StraumPodsAsync(Fabric fabric, FakeApi api, string mode, int first, int second)
    {
        var here = new StraumNode(fabric, $"s{first}", first, api, mode);
        var there = new StraumNode(fabric, $"s{second}", second, api, mode);
        await here.StartAgentAsync();
        await there.StartAgentAsync();
        return (await here.AddPodAsync("client"), await here.AddPodAsync("near"), await there.AddPodAsync("far"));
    }

    private static (BenchPod Client, BenchPod Near, BenchPod Far) PlainPods(Fabric fabric, bool tunnel, int first, int second)
    {
        var here = new PlainNode(fabric, $"p{first}", first);
        var there = new PlainNode(fabric, $"p{second}", second);
        foreach (var (node, other) in new[] { (here, second), (there, first) })
        {
            if (tunnel)
            {
                node.TunnelTo(other);
            }
            else
            {
                node.RouteTo(other);
            }
        }
        return (here.AddPod("client"), here.AddPod("near"), there.AddPod("far"));
    }
}
