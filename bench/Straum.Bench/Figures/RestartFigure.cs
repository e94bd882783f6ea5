using System.Diagnostics;
using Straum.Bench.Api;
using Straum.Bench.Bed;
using Straum.Bench.Meters;
using Straum.Bench.Report;
using Straum.Bench.Statistics;
using Straum.Linux;

namespace Straum.Bench.Figures;

/// <summary>
/// The agents of both ends are killed in turn, a hundred times in all, each time as soon as the one before is ready again,
/// while packets flow at a steady rate and long connections talk: to a pod, to a Service that was translated at the socket,
/// and to a Service that is translated packet by packet. Then each agent is replaced by a build whose tables have other layouts,
/// and back.
/// </summary>
internal sealed class RestartFigure : IFigure
{
    private const int Rate = 10_000;
    private const int Connections = 1_000;
    private const int Exchanges = 20;

    public string Name => "restart";

    public string Title => $"Agents killed and exchanged under {Rate:N0} packets/s and {Connections:N0} connections";

    public int Rounds => 100;

    public bool InRealTime => false;

    public async Task<IReadOnlyList<FigureRow>> MeasureAsync(int rounds, Action<string> progress, CancellationToken stop)
    {
        using var fabric = Fabric.Create(stop);
        await using var api = await FakeApi.StartAsync(fabric, 8001);
        api.Put(ClusterObjects.Node("s1", 1), ClusterObjects.Node("s2", 2));
        StraumNode[] nodes = [new(fabric, "s1", 1, api), new(fabric, "s2", 2, api)];
        foreach (var node in nodes)
        {
            await node.StartAgentAsync();
        }
        var (client, server) = (await nodes[0].AddPodAsync("client"), await nodes[1].AddPodAsync("server"));
        foreach (var (index, protocol) in new[] { (0, "TCP"), (1, "UDP") })
        {
            api.Put(ClusterObjects.Service(index, MeterProcess.EchoPort, protocol), ClusterObjects.Slice(index, MeterProcess.EchoPort, [server.Address], protocol));
        }
        await nodes[0].UntilServicesAsync(2);
        _ = await MeterProcess.ServeAsync(server);

        // Outside the node's control group nobody translates at the socket, so each packet is.
        var outside = client with { Group = ControlGroup.Create($"{BedNames.ControlGroup}/outside") };
        async Task<double[][]> LoadsDuring(Func<Task> what)
        {
            var (service, datagramService) = (ClusterObjects.ClusterIP(0), ClusterObjects.ClusterIP(1));
            using var atSocket = await MeterProcess.LoadAsync(client, Rate * 8 / 10, Connections * 8 / 10, server.Address, server.Address, service);
            using var perPacket = await MeterProcess.LoadAsync(outside, Rate * 2 / 10, Connections * 2 / 10, datagramService, service);
            await what();
            return [await atSocket.EndAsync(), await perPacket.EndAsync()];
        }

        var ready = new List<double>();
        var started = Stopwatch.GetTimestamp();
        var loads = await LoadsDuring(async () =>
        {
            for (var kill = 0; kill < rounds; kill++)
            {
                ready.Add(await ReplaceAsync(nodes[kill % nodes.Length], Programs.Straum));
                if (kill % 10 == 9)
                {
                    progress($"killed {kill + 1} times");
                }
            }
            // Both ends in turn to the other build, and both back again.
            for (var change = 0; change < Exchanges; change++)
            {
                await ReplaceAsync(nodes[change % nodes.Length], change / nodes.Length % 2 == 0 ? Programs.NextStraum : Programs.Straum);
                progress($"exchanged {change + 1} times");
            }
        });
        var took = Stopwatch.GetElapsedTime(started);
        progress("the same load with the agents left alone");
        var calm = await LoadsDuring(() => Task.Delay(took, stop));
        return RowsOf(rounds, loads, calm, ready);
    }

    // kill -9 and a new one. Returns the milliseconds from its start until it has compared everything.
    private static async Task<double> ReplaceAsync(StraumNode node, string program)
    {
        await node.KillAgentAsync();
        var started = Stopwatch.GetTimestamp();
        await node.StartAgentAsync(program);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static IReadOnlyList<FigureRow> RowsOf(int kills, double[][] loads, double[][] calm, List<double> ready)
    {
        var what = $"{kills} kills, {Exchanges} upgrades and downgrades";
        double Sum(int column) => loads.Sum(load => load[column]);
        string Calm(int column) => $"{Rows.Number(calm.Sum(load => load[column]))} with the agents left alone";
        return
        [
            Rows.Limit($"packets lost of {Sum(0):N0} (UDP, echoed), {what}", Sum(0) - Sum(1), 0, $"{Rows.Number(calm.Sum(load => load[0] - load[1]))} with the agents left alone"),
            Rows.Limit($"connections broken of {Sum(2):N0}, {what}", Sum(3), 0, Calm(3)),
            Rows.Limit("answers that took longer than half a second", Sum(4), null, Calm(4)),
            Rows.Limit("agent started until it has compared everything, ms p50", Quantile.Median(ready), null),
            Rows.Limit("the same, ms p99", Quantile.Of(ready, 0.99), null),
        ];
    }
}
