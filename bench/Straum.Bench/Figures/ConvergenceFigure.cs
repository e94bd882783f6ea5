using System.Diagnostics;
using System.Net;
using Straum.Bench.Api;
using Straum.Bench.Bed;
using Straum.Bench.Meters;
using Straum.Bench.Peers;
using Straum.Bench.Report;
using Straum.Bench.Statistics;
using Straum.Datapath.Abi;
using Straum.Linux.Bpf;

namespace Straum.Bench.Figures;

/// <summary>
/// From what the API says to what the kernel does: a whole cluster at once, and then one endpoint at a time. The API is a fake
/// whose bytes are ready before the clock starts.
/// </summary>
/// <param name="name">Of the figure.</param>
/// <param name="size">Of the cluster.</param>
/// <param name="atOnce">Target in seconds for the whole cluster; null for none.</param>
/// <param name="memory">Target in MiB for the agent.</param>
/// <param name="besidePeers">Whether iptables and nftables shall load the same; it takes them minutes when there is much.</param>
internal sealed class ConvergenceFigure(string name, ClusterSize size, double? atOnce, double memory, bool besidePeers) : IFigure
{
    private const int Changes = 300;
    private const double ChangeTarget = 5;
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    /// <summary>What one node showed.</summary>
    private sealed record Round(double Seconds, double[] Changes, double Rss, double Anonymous, double Peak, double Tables, double ColdSeconds);

    public string Name => name;

    public string Title => $"From the API to the kernel: {size}, {size.Pods:N0} pods on {size.Nodes:N0} nodes";

    public int Rounds => 5;

    public bool InRealTime => true;

    public async Task<IReadOnlyList<FigureRow>> MeasureAsync(int rounds, Action<string> progress, CancellationToken stop)
    {
        using var fabric = Fabric.Create(stop);
        var measured = new List<Round>();
        for (var i = 1; i <= rounds; i++)
        {
            progress($"node {i}");
            measured.Add(await MeasureNodeAsync(fabric, i, stop));
        }
        var peers = "";
        if (besidePeers)
        {
            progress("iptables and nftables");
            var (iptables, nftables) = PeerSeconds(fabric);
            peers = $"{Rows.Number(iptables)} iptables-restore, {Rows.Number(nftables)} nft -f of the same";
        }

        double Median(Func<Round, double> field) => Quantile.Median(measured.Select(field));
        double[] changes = [.. measured.SelectMany(static r => r.Changes)];
        var seconds = measured.Select(static r => r.Seconds).ToArray();
        return
        [
            Rows.Limit($"{size} from nothing, first watch event until the last answers, s", Quantile.Median(seconds), atOnce, peers,
                $"runs {Rows.Number(seconds.Min())}–{Rows.Number(seconds.Max())}"),
            Rows.Limit("the same from a cold start of the agent, s", Median(static r => r.ColdSeconds), null),
            Rows.Limit("one endpoint change, watch event to kernel, ms p50", Quantile.Median(changes), ChangeTarget),
            Rows.Limit("one endpoint change, watch event to kernel, ms p99", Quantile.Of(changes, 0.99), ChangeTarget),
            Rows.Limit("agent's resident memory five seconds later, MiB", Median(static r => r.Rss), memory),
            Rows.Limit("of it not backed by a file, MiB", Median(static r => r.Anonymous), null),
            Rows.Limit("its peak, MiB", Median(static r => r.Peak), null),
            Rows.Limit("tables in the kernel, all of them, MiB", Median(static r => r.Tables), null),
        ];
    }

    private async Task<Round> MeasureNodeAsync(Fabric fabric, int index, CancellationToken stop)
    {
        await using var api = await FakeApi.StartAsync(fabric, 8000 + index);
        api.Put(size.NodeObjects().Prepend(ClusterObjects.Node($"s{index}", index)));
        var node = new StraumNode(fabric, $"s{index}", index, api, extraConfig: StraumNode.RoomForServices);
        await node.StartAgentAsync();
        var (client, a, b) = (await node.AddPodAsync("client"), await node.AddPodAsync("a"), await node.AddPodAsync("b"));
        foreach (var server in new[] { a, b })
        {
            _ = await MeterProcess.ServeAsync(server);
        }
        using var asker = await MeterProcess.WatchAsync(client);

        var prepared = api.Prepare([.. size.ServiceObjects([a.Address, b.Address], MeterProcess.EchoPort)]);
        var (started, answered) = await AllAnswerAsync(asker, () =>
        {
            prepared.Publish();
            return Task.CompletedTask;
        });
        await node.UntilServicesAsync(size.Services);
        var changes = await ChangeEndpointsAsync(api, node, stop);
        await Task.Delay(Quiet, stop); // the agent gives back what it needed for all that
        var round = new Round(Seconds(started, answered), changes,
            AgentMemory.OfProcess(node.AgentPid, "VmRSS"), AgentMemory.OfProcess(node.AgentPid, "RssAnon"), AgentMemory.OfProcess(node.AgentPid, "VmHWM"),
            AgentMemory.OfTables(node.Bpf), 0);

        // As on a node that has just booted: nothing is pinned.
        await node.KillAgentAsync();
        Directory.Delete(node.Bpf, recursive: true);
        await Task.Delay(Settle, stop); // the kernel detaches what is no longer pinned a moment later
        var (cold, coldAnswered) = await AllAnswerAsync(asker, () => node.StartAgentAsync());
        await node.KillAgentAsync();
        return round with { ColdSeconds = Seconds(cold, coldAnswered) };
    }

    // The meter says when the last of them answered, so nothing is lost by waiting for the start first, which may fail.
    private async Task<(long Started, long Answered)> AllAnswerAsync(MeterProcess asker, Func<Task> start)
    {
        var all = asker.UntilAcceptedAsync($"{ClusterObjects.ClusterIP(0)}/{size.Services}", ClusterSize.ServicePort, ClusterSize.AskedEach);
        var started = Stopwatch.GetTimestamp();
        await start();
        return (started, await all);
    }

    // The entry of a Service is published last, under a new range: when it differs, the change is complete.
    private async Task<double[]> ChangeEndpointsAsync(FakeApi api, StraumNode node, CancellationToken stop)
    {
        using var map = BpfMap.OpenPinned(PinnedTables.PathOf(node.Bpf, "svc"));
        var entries = new BpfMap<SvcKey, SvcEntry>(map);
        var milliseconds = new double[Changes];
        for (var change = 0; change < Changes; change++)
        {
            var service = (change * 97 + 1) % size.Services;
            service += size.IsAsked(service) ? 1 : 0;
            var key = new SvcKey { Vip = Addr.From(IPAddress.Parse(ClusterObjects.ClusterIP(service))), Port = (ushort)ClusterSize.ServicePort, Proto = 6 };
            if (!entries.TryLookup(key, out var before))
            {
                throw new BenchException($"svc has no entry for {ClusterObjects.ClusterIP(service)}");
            }
            var prepared = api.Prepare([size.ChangedSliceOf(service, change + 1)]);
            var started = Stopwatch.GetTimestamp();
            prepared.Publish();
            while (entries.TryLookup(key, out var now) && now.Base == before.Base)
            {
                stop.ThrowIfCancellationRequested();
                if (Stopwatch.GetElapsedTime(started).TotalSeconds > 10)
                {
                    throw new BenchException($"the change of svc-{service} has not reached the kernel within 10 s");
                }
                // Whoever spins in real time keeps its processor from everybody else of that priority, the agent among them.
                Thread.Yield();
            }
            milliseconds[change] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await Task.Delay(10, stop);
        }
        return milliseconds;
    }

    private (double Iptables, double Nftables) PeerSeconds(Fabric fabric)
    {
        PeerService[] services = [.. size.PeerServices()];
        return (Load("i1", 101, "iptables-restore", [], IptablesRules.Write(services, NodeAddresses.AllPodsV4)),
            Load("f1", 102, "nft", ["-f", "-"], NftablesRules.Write(services, NodeAddresses.AllPodsV4)));

        double Load(string machine, int index, string tool, string[] arguments, string rules)
        {
            var node = fabric.AddNode(machine, index);
            var started = Stopwatch.GetTimestamp();
            node.Feed(tool, arguments, rules);
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }

    private static double Seconds(long from, long to) => (to - from) / (double)Stopwatch.Frequency;
}
