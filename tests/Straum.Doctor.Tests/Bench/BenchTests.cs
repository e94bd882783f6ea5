using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Straum.Doctor.Bench;

public sealed class BenchTests
{
    [Fact]
    public void Record_ComesBackAsItWasWritten()
    {
        var record = new BenchRecord("straum bench disk", "n1", "6.18", 4, DateTimeOffset.UnixEpoch, [new BenchFigure("disk.sync.p99", 812.5, "µs", true), BenchFigure.Rate("disk.syncs", 1000) with { Note = "a note" }]);
        var read = BenchRecord.Parse(record.ToJson());
        read.Figures.ShouldBe(record.Figures);
        (read with { Figures = record.Figures }).ShouldBe(record);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"command":"x","host":"n1","kernel":"6","cpus":"four","time":"1970-01-01T00:00:00Z","figures":[]}""")]
    [InlineData("nonsense")]
    public void Record_OfSomethingElse_IsRefused(string text) => Should.Throw<JsonException>(() => BenchRecord.Parse(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Difference_KnowsWhichWayIsWorse()
    {
        var before = Record(BenchFigure.Rate("rate", 100), new BenchFigure("time", 10, "µs", true), BenchFigure.Rate("gone", 1));
        var after = Record(BenchFigure.Rate("rate", 80), new BenchFigure("time", 5, "µs", true), BenchFigure.Rate("new", 1));
        BenchDifference.Of(before, after).Select(static d => (d.Name, d.WorsePercent)).ShouldBe([("rate", 20), ("time", -50), ("gone", double.PositiveInfinity), ("new", null)]);
    }

    [Theory]
    [InlineData(0, 40, true, double.PositiveInfinity)]
    [InlineData(0, 40, false, double.NegativeInfinity)]
    [InlineData(0, 0, true, 0)]
    [InlineData(7, 7, false, 0)]
    [InlineData(10, 0, true, -100)]
    public void Difference_FromAndToNought(double before, double after, bool lowerIsBetter, double worse) =>
        BenchDifference.Of(Record(new BenchFigure("x", before, "%", lowerIsBetter)), Record(new BenchFigure("x", after, "%", lowerIsBetter)))[0].WorsePercent.ShouldBe(worse);

    [Fact]
    public void Percentiles_OfNothing_AreNone() => BenchFigure.Percentiles("dns.lookup", new Measuring.LatencyHistogram()).ShouldBeEmpty();

    [Fact]
    public async Task Net_ServerThatTakesNobody_IsLeftWhenAsked()
    {
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(1);
        // Until one is not taken any more: its handshake is dropped, and the next one's too.
        var waiting = new List<(Socket Socket, Task Connected)>();
        do
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            waiting.Add((socket, socket.ConnectAsync(full.LocalEndPoint!, TestContext.Current.CancellationToken).AsTask()));
        }
        while (waiting.Count < 8);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var measuring = new NetClient((IPEndPoint)full.LocalEndPoint!, TimeSpan.FromMilliseconds(100)).MeasureAsync("net", stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(measuring.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        foreach (var (socket, connected) in waiting)
        {
            socket.Dispose();
            await connected.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    [Fact]
    public async Task Net_MeasuresWhatTheServerTookIn()
    {
        using var server = new NetServer(new IPEndPoint(IPAddress.Loopback, 0));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var serving = server.RunAsync(stop.Token);
        var figures = await new NetClient(server.Address, TimeSpan.FromMilliseconds(100)).MeasureAsync("net", TestContext.Current.CancellationToken);
        figures.Select(static f => f.Name).ShouldBe(
        [
            "net.throughput", "net.roundtrip.p50", "net.roundtrip.p99", "net.roundtrip.p99.9",
            "net.connections", "net.connect.p50", "net.connect.p99", "net.connect.p99.9",
        ]);
        figures.ShouldAllBe(static f => f.Value > 0);
        await stop.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Fact]
    public async Task Server_MoreConnectionsThanPoolThreads_AnswersEach()
    {
        using var server = new NetServer(new IPEndPoint(IPAddress.Loopback, 0));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var serving = server.RunAsync(stop.Token);
        ThreadPool.GetMinThreads(out var pool, out _);
        var clients = Enumerable.Range(0, pool + 40).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
        // All are open before the first asks, and none ends before the last was answered.
        clients.ForEach(c => c.Connect(server.Address));
        clients.ForEach(static c => c.Send([NetServer.Echo, 7]));
        var answer = new byte[1];
        clients.ForEach(c => c.Receive(answer).ShouldBe(1));
        clients.ForEach(static c => c.Dispose());
        await stop.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Fact]
    public void Disk_LeavesNothingBehind()
    {
        var directory = Directory.CreateTempSubdirectory("straum-t-");
        try
        {
            var syncs = DiskBench.Measure(directory.FullName, TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken)[0];
            syncs.Value.ShouldBeGreaterThan(0);
            // So soon no disk has synced ten thousand times.
            syncs.Note.ShouldNotBeNull().ShouldContain("of 10,029 writes");
            directory.EnumerateFileSystemInfos().ShouldBeEmpty();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static BenchRecord Record(params BenchFigure[] figures) => new("straum bench", "n1", "6.18", 4, DateTimeOffset.UnixEpoch, figures);
}
