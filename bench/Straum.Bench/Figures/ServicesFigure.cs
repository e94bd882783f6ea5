using System.Net;
using Straum.Bench.Api;
using Straum.Bench.Bed;
using Straum.Bench.Meters;
using Straum.Bench.Peers;
using Straum.Bench.Report;
using Straum.Bench.Statistics;

namespace Straum.Bench.Figures;

/// <summary>
/// What a Service costs: the same connection to a pod on the same node, straight and through cluster IPs, with more and more
/// Services there. Every number of Services has a node of its own, so that all are measured in the same rounds. Each
/// connection goes to another Service, so the tables are met cold and not in one hot line.
/// </summary>
internal sealed class ServicesFigure : IFigure
{
    private const int Connections = 300;
    private const int Ports = 8;
    private const int ManyServices = 10_000;

    private static readonly int[] Sizes = [10, 1_000, 10_000, 100_000];
    private static readonly int[] PeerSizes = [10, 1_000, 10_000];

    /// <summary>A client beside servers, and what it shall ask.</summary>
    private sealed record Subject(string Name, MeterProcess Client, string Target, int Port, int Ports)
    {
        public async Task<double> MeasureAsync() => (await Client.ConnectAsync(Target, Port, Ports, Connections)).P50;
    }

    public string Name => "services";

    public string Title => "Through a Service";

    public int Rounds => 41;

    public bool InRealTime => true;

    public async Task<IReadOnlyList<FigureRow>> MeasureAsync(int rounds, Action<string> progress, CancellationToken stop)
    {
        using var fabric = Fabric.Create(stop);
        var apis = new List<FakeApi>();
        try
        {
            progress("plain node");
            var plain = await ServersAsync(PlainClient(fabric, "p0", 100), "plain");
            progress("node without Services");
            var none = await ServersAsync(await StraumClientAsync(fabric, apis, 20, 0), "straum");
            var (straum, past) = (new List<Subject>(), new List<(string Name, int Size, Subject Subject)>());
            foreach (var (i, size) in Sizes.Index())
            {
                progress($"{size} Services");
                var pods = await ServersAsync(await StraumClientAsync(fabric, apis, 21 + i, size), "straum");
                straum.Add(Through(pods, size));
                past.Add(("Straum", size, pods));
            }
            var peers = new List<(string Name, int Size, Subject Subject)>();
            foreach (var (i, size) in PeerSizes.Index())
            {
                progress($"{size} Services in iptables");
                var iptables = await ServersAsync(IptablesClient(fabric, $"i{i}", 101 + i, size), "iptables");
                progress($"{size} Services in nftables");
                var nftables = await ServersAsync(NftablesClient(fabric, $"f{i}", 111 + i, size), "nftables");
                peers.AddRange([("iptables", size, Through(iptables, size)), ("nftables", size, Through(nftables, size))]);
                past.AddRange([("iptables", size, iptables), ("nftables", size, nftables)]);
            }

            past.RemoveAll(static p => p.Size != ManyServices);

            progress("measuring");
            Subject[] subjects = [none, plain, .. straum, .. peers.Select(static p => p.Subject), .. past.Select(static p => p.Subject)];
            var values = await Statistics.Rounds.RunAsync(rounds, [.. subjects.Select(static s => (Func<Task<double>>)s.MeasureAsync)]);
            double[] Of(Subject subject) => values[Array.IndexOf(subjects, subject)];

            const string direct = "the pod directly, no Services";
            const string plainly = "the pod directly, plain routing without rules";
            return
            [
                .. Sizes.Zip(straum, (size, s) => Rows.AtMost($"connect + request, {size:N0} Services, µs p50", Comparison.Of(Of(s), Of(none)), direct, 1.03)),
                .. Sizes.Skip(1).Zip(straum.Skip(1), (size, s) => Rows.AtMost($"flat: {size:N0} Services, µs p50", Comparison.Of(Of(s), Of(straum[0])), "with 10 Services", 1.02)),
                .. peers.Select(p => Rows.AtMost($"for scale: {p.Name}, {p.Size:N0} Services, µs p50", Comparison.Of(Of(p.Subject), Of(plain)), plainly, null)),
                .. past.Select(p => Rows.AtMost($"past the Services: {p.Name}, the pod directly, {p.Size:N0} Services there, µs p50",
                    Comparison.Of(Of(p.Subject), Of(p.Name == "Straum" ? none : plain)), p.Name == "Straum" ? direct : plainly, null)),
                .. peers.Select(p => Rows.AtMost($"Straum beside {p.Name}, {p.Size:N0} Services, µs p50", Comparison.Of(Of(straum[Array.IndexOf(Sizes, p.Size)]), Of(p.Subject)), p.Name, 1.0)),
            ];
        }
        finally
        {
            foreach (var api in apis)
            {
                await api.DisposeAsync();
            }
        }
    }

    private static Subject Through(Subject direct, int size) =>
        direct with { Target = $"{ClusterObjects.ClusterIP(0)}/{size}", Port = ClusterSize.ServicePort, Ports = 1 };

    private static async Task<Subject> ServersAsync((BenchPod Client, IReadOnlyList<BenchPod> Servers) pods, string name)
    {
        foreach (var server in pods.Servers)
        {
            _ = await MeterProcess.ServeAsync(server);
        }
        var client = await MeterProcess.AskAsync(pods.Client);
        return new Subject(name, client, Both(pods.Servers), MeterProcess.EchoPort, Ports);
    }

    // Straight to both endpoints in turn, as a Service does it; the meter counts addresses up.
    private static string Both(IReadOnlyList<BenchPod> servers) =>
        IPAddress.Parse(servers[1].Address).GetAddressBytes()[3] == IPAddress.Parse(servers[0].Address).GetAddressBytes()[3] + 1
            ? $"{servers[0].Address}/2"
            : throw new BenchException($"{servers[0].Machine.Name}: two pods set up one after the other have the addresses {servers[0].Address} and {servers[1].Address}");

    private static async Task<(BenchPod, IReadOnlyList<BenchPod>)> StraumClientAsync(Fabric fabric, List<FakeApi> apis, int index, int size)
    {
        var api = await FakeApi.StartAsync(fabric, 8000 + index);
        apis.Add(api);
        api.Put(ClusterObjects.Node($"s{index}", index));
        var node = new StraumNode(fabric, $"s{index}", index, api, extraConfig: StraumNode.RoomForServices);
        await node.StartAgentAsync();
        var (client, servers) = (await node.AddPodAsync("client"), new[] { await node.AddPodAsync("a"), await node.AddPodAsync("b") });
        api.Put(ServicesOf(size, servers).SelectMany(static s => new[]
        {
            ClusterObjects.Service(s.Index, s.Port),
            ClusterObjects.Slice(s.Index, s.TargetPort, s.Endpoints),
        }));
        await node.UntilServicesAsync(size);
        return (client, servers);
    }

    private static (BenchPod Client, IReadOnlyList<BenchPod> Servers) PlainClient(Fabric fabric, string name, int index) =>
        PodsOn(new PlainNode(fabric, name, index));

    private static (BenchPod, IReadOnlyList<BenchPod>) IptablesClient(Fabric fabric, string name, int index, int size)
    {
        var node = new PlainNode(fabric, name, index);
        var pods = PodsOn(node);
        node.Machine.Feed("iptables-restore", [], IptablesRules.Write(ServicesOf(size, pods.Servers), NodeAddresses.AllPodsV4));
        return pods;
    }

    private static (BenchPod, IReadOnlyList<BenchPod>) NftablesClient(Fabric fabric, string name, int index, int size)
    {
        var node = new PlainNode(fabric, name, index);
        var pods = PodsOn(node);
        node.Machine.Feed("nft", ["-f", "-"], NftablesRules.Write(ServicesOf(size, pods.Servers), NodeAddresses.AllPodsV4));
        return pods;
    }

    private static (BenchPod Client, IReadOnlyList<BenchPod> Servers) PodsOn(PlainNode node) => (node.AddPod("client"), [node.AddPod("a"), node.AddPod("b")]);

    // The same sixteen backends for any number of Services: what grows is what is looked up, and not who answers.
    private static IEnumerable<PeerService> ServicesOf(int count, IReadOnlyList<BenchPod> servers) =>
        Enumerable.Range(0, count).Select(i => new PeerService(i, ClusterObjects.ClusterIP(i), ClusterSize.ServicePort,
            [.. servers.Select(static s => s.Address)], MeterProcess.EchoPort + i % Ports));
}
