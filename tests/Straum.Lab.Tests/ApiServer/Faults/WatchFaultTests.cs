using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Snapshots;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Faults;

/// <summary>Our informers against a server that fails as real ones do: what was there all the time never goes, and what changed arrives.</summary>
public sealed class WatchFaultTests : IAsyncLifetime
{
    private const string ServicesPath = "/api/v1/namespaces/default/services";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private EmbeddedApiServer _server = null!;
    private ApiClient _api = null!;
    private KubernetesClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await EmbeddedApiServer.StartAsync(
            new ApiServerOptions
            {
                DataDirectory = _directory.File("data"),
                Kubeconfig = _directory.File("kubeconfig"),
                Listen = [new(null, new IPEndPoint(IPAddress.Loopback, 0))],
                BookmarkInterval = TimeSpan.FromMilliseconds(100),
                Controllers = ControllerSet.None,
                Faults = true,
            },
            NullLoggerFactory.Instance);
        _api = new ApiClient(ServerFixture.Connect(_server));
        _api.Http.DefaultRequestHeaders.Authorization = new("Bearer", _server.Token);
        _client = new KubernetesClient(KubeConfigFile.Load(_directory.File("kubeconfig")));
        await CreateAsync("keeper");
        await CreateAsync("leaver");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _api.Dispose();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    public static TheoryData<string, string> Faults { get; } = new()
    {
        { "the server is gone", """{"cut":true}""" },
        { "the server refuses", """{"refuse":true}""" },
        { "every watch is too old", """{"expireWatches":true}""" },
        { "watches are cut", """{"watchMilliseconds":30}""" },
        { "watches are cut and too old", """{"watchMilliseconds":30,"expireWatches":true}""" },
        { "every answer is late", """{"delayMilliseconds":150,"watchMilliseconds":50}""" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_WhileObjectsChange_LosesNothing_AndShowsNoGap(string what, string plan)
    {
        await using var watcher = new Watcher(_client);
        await watcher.UntilAsync(what + ": synced", s => Names(s).SetEquals(["keeper", "kubernetes", "leaver"]));

        await SetAsync(plan);
        await DropAsync();
        // The store itself is not at fault: the writers reach it by a way of their own.
        await WriteAsync("leaver", there: false);
        await WriteAsync("comer", there: true);
        if (!plan.Contains("delay", StringComparison.Ordinal) && !plan.Contains(":30}", StringComparison.Ordinal))
        {
            await UntilFeltAsync(3);
        }
        await WriteAsync("later", there: true);
        (await _api.DeleteAsync(FaultInjection.Path)).Code.ShouldBe(200);

        await watcher.UntilAsync(what + ": converged", s => Names(s).SetEquals(["keeper", "kubernetes", "comer", "later"]));
        watcher.Gaps.ShouldBeEmpty(what);
    }

    [Fact]
    public async Task StaleList_IsBroughtUpToDateByTheWatch()
    {
        await using var watcher = new Watcher(_client);
        await watcher.UntilAsync("synced", s => Names(s).Contains("leaver"));
        await SetAsync("""{"staleLists":true}""");
        await WriteAsync("leaver", there: false);
        await WriteAsync("comer", there: true);
        await watcher.UntilAsync("the change came", s => Names(s).SetEquals(["keeper", "kubernetes", "comer"]));

        // Another one begins with the stale list, and the watch from there tells it the rest.
        await using var late = new Watcher(_client);
        await late.UntilAsync("converged", s => Names(s).SetEquals(["keeper", "kubernetes", "comer"]));
        late.Gaps.ShouldBeEmpty();
    }

    [Fact]
    public async Task Herd_ThatComesBackAtOnce_ConvergesAsAWhole()
    {
        var herd = Enumerable.Range(0, 40).Select(_ => new Watcher(_client)).ToArray();
        try
        {
            await Task.WhenAll(herd.Select(w => w.UntilAsync("synced", s => Names(s).Contains("keeper"))));
            await SetAsync("""{"expireWatches":true}""");
            await DropAsync();
            await UntilFeltAsync(herd.Length);
            await WriteAsync("leaver", there: false);
            (await _api.DeleteAsync(FaultInjection.Path)).Code.ShouldBe(200);
            await Task.WhenAll(herd.Select(w => w.UntilAsync("converged", s => Names(s).SetEquals(["keeper", "kubernetes"]))));
            herd.SelectMany(w => w.Gaps).ShouldBeEmpty();
        }
        finally
        {
            foreach (var watcher in herd)
            {
                await watcher.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Memory_OverManyRelists_StaysFlat()
    {
        for (var i = 0; i < 2000; i++)
        {
            await CreateAsync($"s{i}");
        }
        await using var watcher = new Watcher(_client);
        await watcher.UntilAsync("synced", s => s.Services.Count >= 2000);
        await RelistAsync(3);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await RelistAsync(20);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        // One list of these is about 2 MB decoded; twenty that were held would be forty.
        (after - before).ShouldBeLessThan(4 << 20, $"{before} bytes before, {after} after");
        watcher.Gaps.ShouldBeEmpty();

        async Task RelistAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var lists = watcher.Lists;
                await SetAsync("""{"expireWatches":true}""");
                await DropAsync();
                await watcher.UntilListedAsync(lists);
                (await _api.DeleteAsync(FaultInjection.Path)).Code.ShouldBe(200);
            }
        }
    }

    private static HashSet<string> Names(Snapshot snapshot) => [.. snapshot.Services.Select(s => s.Name)];

    private async Task CreateAsync(string name) =>
        (await _api.PostAsync(ServicesPath, $"{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {{ports: [{{port: 80}}]}}}}")).Expect(201);

    // Beside the HTTP server, which is at fault: makes a Service, or removes it.
    private Task WriteAsync(string name, bool there) => _server.Store.WriteAsync(new ObjectKey("services", "default", name), (_, _) => there
        ? StoreChange.Put(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Service",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["uid"] = Guid.NewGuid().ToString() },
            ["spec"] = new JsonObject { ["clusterIP"] = "None", ["clusterIPs"] = new JsonArray("None") },
        })
        : StoreChange.Delete);

    private async Task SetAsync(string plan) =>
        (await _api.SendAsync(HttpMethod.Put, FaultInjection.Path, plan)).Code.ShouldBe(200);

    private async Task DropAsync() => (await _api.SendAsync(HttpMethod.Post, FaultInjection.Path + "/drop", null)).Code.ShouldBe(200);

    private async Task UntilFeltAsync(int times)
    {
        var first = await FeltAsync();
        var deadline = DateTime.UtcNow + Patience;
        while (await FeltAsync() < first + times)
        {
            (DateTime.UtcNow < deadline).ShouldBeTrue("the fault was not felt");
            await Task.Delay(10, Ct);
        }

        async Task<int> FeltAsync() => int.Parse((await _api.GetAsync(FaultInjection.Path)).Headers.GetValues("Straum-Faults-Felt").Single());
    }
}
