using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Informers;
using Straum.Kubernetes.Leases;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;
using Straum.Lab.Echo;
using Straum.Lab.Supervision;

namespace Straum.Lab.ApiServer;

/// <summary>Our own client and informers against the embedded server: TLS, HTTP/2, lists, watches, conflicts, leases.</summary>
public sealed class OwnClientTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;
    private EmbeddedApiServer _server = null!;
    private KubernetesClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync(0);
        _client = new KubernetesClient(KubeConfigFile.Load(Path.Combine(_directory, "kubeconfig")));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Snapshots_FollowTheServer_AlsoThroughItsRestart()
    {
        using var stop = new CancellationTokenSource();
        var source = new SnapshotSource(
            _client, new SnapshotWatches { Namespaces = new() { PageSize = 2 }, Services = new() }, TimeProvider.System, new Random(1));
        var run = source.RunAsync(stop.Token);
        await UntilAsync(source, s => s.AllSynced && s.Namespaces.Find("", "default") is not null && s.Services.Find("default", "kubernetes") is not null);

        for (var i = 0; i < 10; i++)
        {
            await _client.CreateAsync(Kinds.Namespaces, "", Named($"n{i}"), Ct);
        }
        await UntilAsync(source, s => s.Namespaces.Count(n => n.Name.StartsWith('n')) == 10);

        var port = _server.EndPoints[0].Port;
        await _server.DisposeAsync();
        _server = await StartAsync(port);
        await _client.DeleteAsync(Kinds.Namespaces, new("", "n3"), Ct);
        await _client.PatchAsync(Kinds.Namespaces, new("", "n4"), Metadata("labels", new JsonObject { ["a"] = "b" }), Ct);
        await UntilAsync(source, s => s.Namespaces.Find("", "n3") is null && s.Namespaces.Find("", "n4")?.Labels["a"] == "b");
        source.Status.ShouldAllBe(s => s.DecodeErrors == 0);
        await stop.CancelAsync();
        await run;
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("kubernetes.default.svc")]
    public async Task Server_ReachedAtAnotherAddress_IsCheckedByTheNameInTheKubeconfig(string name)
    {
        var kubeconfig = await File.ReadAllTextAsync(Path.Combine(_directory, "kubeconfig"), Ct);
        // An address that the certificate does not carry.
        var elsewhere = kubeconfig.Replace("server: https://127.0.0.1:", $"tls-server-name: {name}\n    server: https://127.0.0.2:", StringComparison.Ordinal);
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        using var stop = new CancellationTokenSource();
        var relaying = TcpRelay.RunAsync(listener, "127.0.0.1", _server.EndPoints[0].Port, EchoServer.Here, stop.Token);
        using var client = new KubernetesClient(KubeConfigFile.Parse(
            elsewhere.Replace($":{_server.EndPoints[0].Port}", $":{((IPEndPoint)listener.LocalEndPoint!).Port}", StringComparison.Ordinal), "test"));
        (await client.FindAsync(Kinds.Namespaces, new("", "default"), Ct)).ShouldNotBeNull();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(relaying);
    }

    [Fact]
    public async Task AnUpdate_OfAnOldVersion_IsAConflict()
    {
        var created = await _client.CreateAsync(Kinds.Namespaces, "", Named("shop"), Ct);
        await _client.PatchAsync(Kinds.Namespaces, new("", "shop"), Metadata("labels", new JsonObject { ["a"] = "b" }), Ct);
        (await Should.ThrowAsync<KubernetesException>(_client.UpdateAsync(Kinds.Namespaces, new("", "shop"), created, Ct))).IsConflict.ShouldBeTrue();
        (await Should.ThrowAsync<KubernetesException>(_client.CreateAsync(Kinds.Namespaces, "", Named("shop"), Ct))).IsConflict.ShouldBeTrue();
        (await _client.FindAsync(Kinds.Namespaces, new("", "absent"), Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task OneOfTwo_HoldsALease_AndTheOtherGetsItBack()
    {
        using var stopA = new CancellationTokenSource();
        using var stopB = new CancellationTokenSource();
        var a = Candidate("a");
        var runA = a.RunAsync(stopA.Token);
        await UntilAsync(() => a.IsHeld);
        var b = Candidate("b");
        var runB = b.RunAsync(stopB.Token);
        await UntilAsync(() => b.Holder == "a");
        b.IsHeld.ShouldBeFalse();
        await stopA.CancelAsync();
        await runA;
        await UntilAsync(() => b.IsHeld);
        (await _client.GetAsync(Kinds.Leases, new("default", "leader"), Ct)).Transitions.ShouldBe(1);
        await stopB.CancelAsync();
        await runB;
        (await _client.GetAsync(Kinds.Leases, new("default", "leader"), Ct)).HolderIdentity.ShouldBe("");
    }

    private LeaseHolder Candidate(string name) => new(
        _client, new LeaseOptions { Lease = new("default", "leader"), Identity = name, RetryPeriod = TimeSpan.FromMilliseconds(50) },
        TimeProvider.System, new Random(1));

    private Task<EmbeddedApiServer> StartAsync(int port) => EmbeddedApiServer.StartAsync(
        new ApiServerOptions
        {
            DataDirectory = Path.Combine(_directory, "data"),
            Kubeconfig = Path.Combine(_directory, "kubeconfig"),
            Listen = [new(null, new IPEndPoint(IPAddress.Loopback, port))],
        },
        NullLoggerFactory.Instance);

    private static async Task UntilAsync(SnapshotSource source, Predicate<Snapshot> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition(await source.NextAsync(patience.Token)))
        {
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!condition())
        {
            (DateTime.UtcNow < deadline).ShouldBeTrue();
            await Task.Delay(10, Ct);
        }
    }

    private static JsonObject Named(string name) => new() { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } };

    private static JsonObject Metadata(string field, JsonNode value) => new() { ["metadata"] = new JsonObject { [field] = value } };
}
