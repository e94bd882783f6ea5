using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Lab.ApiServer.Http;

public sealed class ServerTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("/healthz", 200)]
    [InlineData("/livez", 200)]
    [InlineData("/readyz", 200)]
    [InlineData("/version", 200)]
    [InlineData("/api", 401)]
    [InlineData("/apis", 401)]
    [InlineData("/openapi/v3", 401)]
    [InlineData("/api/v1/namespaces", 401)]
    [InlineData("/nonsense", 401)]
    public async Task Stranger_WithoutAToken_GetsHealthAndVersionOnly(string path, int code)
    {
        using var stranger = new ApiClient(ServerFixture.Connect(server.Server));
        var answer = await stranger.GetAsync(path);
        answer.Code.ShouldBe(code);
        if (code == 401)
        {
            (answer.Body.Text("kind"), answer.Body.Text("reason")).ShouldBe(("Status", "Unauthorized"));
        }
        stranger.Http.DefaultRequestHeaders.Authorization = new("Bearer", server.Server.Token[..^1]);
        (await stranger.GetAsync(path)).Code.ShouldBe(code);
    }

    [Fact]
    public void Secrets_OnDisk_AreReadableByTheirOwnerOnly()
    {
        var data = Path.Combine(Path.GetDirectoryName(server.Kubeconfig)!, "data");
        foreach (var file in (string[])[server.Kubeconfig, Path.Combine(data, "pki/ca.key"), Path.Combine(data, "pki/token"), Path.Combine(data, "objects.journal")])
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        }
    }

    // A web host that reads settings from files watches the current directory and all below it: `/` under a supervisor, which
    // took many seconds and a watch for every directory of the machine.
    [Fact]
    public void Server_WhileItServes_WatchesNoFiles() => WatchedDirectories().ShouldBe(0);

    [Fact]
    public async Task Discovery_InBothForms_NamesTheSameResources()
    {
        var aggregated = (await server.Client.GetAsync("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"));
        aggregated.ContentType.Replace(" ", "", StringComparison.Ordinal).ShouldBe("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        var apps = aggregated.Expect(200).Objects("items").Single(group => group.Text("metadata", "name") == "apps").Objects("versions").Single();
        var deployments = apps.Objects("resources").Single(r => r.Text("resource") == "deployments");
        deployments.Objects("subresources").Select(s => s.Text("subresource")).ShouldBe(["status", "scale"]);

        var groups = (await server.Client.GetAsync("/apis")).Expect(200);
        groups.Objects("groups").Select(g => g.Text("name")).ShouldBe(aggregated.Body.Objects("items").Select(g => g.Text("metadata", "name")));
        var legacy = (await server.Client.GetAsync("/apis/apps/v1")).Expect(200);
        legacy.Objects("resources").Select(r => r.Text("name")!).Where(name => !name.Contains('/')).ShouldBe(apps.Objects("resources").Select(r => r.Text("resource")!));
        (await server.Client.GetAsync("/apis/apps")).Expect(200).Text("preferredVersion", "groupVersion").ShouldBe("apps/v1");
        (await server.Client.GetAsync("/api")).Expect(200).Texts("versions").ShouldBe(["v1"]);
        (await server.Client.GetAsync("/apis/none/v1")).Expect(404);
    }

    [Fact]
    public async Task OpenApi_OfEveryVersion_HasAPatchWithFieldValidationForEachKind()
    {
        var index = (await server.Client.GetAsync("/openapi/v3")).Expect(200).Object("paths")!;
        index.Count.ShouldBeGreaterThan(10);
        foreach (var (_, entry) in index)
        {
            var document = (await server.Client.GetAsync(entry!["serverRelativeURL"]!.GetValue<string>())).Expect(200);
            foreach (var reference in References(document))
            {
                document.Object("components", "schemas")!.ContainsKey(reference).ShouldBeTrue(reference);
            }
        }
        var core = (await server.Client.GetAsync("/openapi/v3/api/v1")).Expect(200);
        var patch = core.Object("paths", "/api/v1/namespaces/{namespace}/pods/{name}", "patch")!;
        patch.Objects("parameters").Select(p => p.Text("name")).ShouldContain("fieldValidation");
        patch.Text("x-kubernetes-group-version-kind", "kind").ShouldBe("Pod");
    }

    [Fact]
    public async Task Certificate_OfTheServer_IsValidForEveryNameItIsCalledBy()
    {
        using var client = ServerFixture.Connect(server.Server);
        foreach (var host in (string[])["localhost", "127.0.0.1"])
        {
            var answer = await client.GetAsync($"https://{host}:{server.Server.EndPoints[0].Port}/healthz", TestContext.Current.CancellationToken);
            answer.IsSuccessStatusCode.ShouldBeTrue(host);
        }
    }

    [Fact]
    public async Task Restart_OnTheSameData_KeepsTokenAuthorityObjectsAndRevisions()
    {
        await using var own = new ServerFixture();
        await own.InitializeAsync();
        var (token, authority) = (own.Server.Token, own.Server.AuthorityPem);
        var created = (await own.Client.PostAsync(ApiClient.ServicesPath, "{metadata: {name: kept}, spec: {ports: [{port: 80}]}}")).Expect(201);
        await own.RestartAsync();
        (own.Server.Token, own.Server.AuthorityPem).ShouldBe((token, authority));
        JsonNode.DeepEquals((await own.Client.GetAsync(ApiClient.ServicesPath + "/kept")).Expect(200), created).ShouldBeTrue();
        var next = (await own.Client.PostAsync(ApiClient.ServicesPath, "{metadata: {name: next}, spec: {ports: [{port: 80}]}}")).Expect(201);
        long.Parse(next.Text("metadata", "resourceVersion")!).ShouldBeGreaterThan(long.Parse(created.Text("metadata", "resourceVersion")!));
        next.Text("spec", "clusterIP").ShouldNotBe(created.Text("spec", "clusterIP"));
    }

    [Fact]
    public async Task Start_OnDataThatIsInUse_IsRefused()
    {
        var options = new ApiServerOptions
        {
            DataDirectory = Path.Combine(Path.GetDirectoryName(server.Kubeconfig)!, "data"),
            Listen = [new ListenAddress(null, new IPEndPoint(IPAddress.Loopback, 0))],
        };
        (await Should.ThrowAsync<ApiServerException>(() => EmbeddedApiServer.StartAsync(options, NullLoggerFactory.Instance))).Message.ShouldStartWith("open the journal in");
    }

    [Fact]
    public async Task Start_OnAPortThatIsTaken_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        var options = new ApiServerOptions { DataDirectory = directory.Path, Listen = [new ListenAddress(null, server.Server.EndPoints[0])] };
        (await Should.ThrowAsync<ApiServerException>(() => EmbeddedApiServer.StartAsync(options, NullLoggerFactory.Instance))).Message.ShouldStartWith("listen on 127.0.0.1:");
    }

    [Theory]
    [InlineData("127.0.0.1:6443", true)]
    [InlineData("[::1]:6443", true)]
    [InlineData("netns:straum-router/172.30.0.1:6443", true)]
    [InlineData("netns:straum-router/[fd30::1]:6443", true)]
    [InlineData("0.0.0.0:6443", false)]
    [InlineData("192.0.2.1:6443", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("netns:/1.2.3.4:1", false)]
    [InlineData("localhost:6443", false)]
    public void ListenAddress_OfThisText_IsTakenOnlyOnLoopbackOrInANamespace(string text, bool good)
    {
        ListenAddress.TryParse(text, out var address, out var problem).ShouldBe(good);
        (good ? address!.ToString() : problem).ShouldStartWith(text);
    }

    [Theory]
    [InlineData("*", "deployment", true)]
    [InlineData("*,-deployment", "deployment", false)]
    [InlineData("*,-deployment", "scheduler", true)]
    [InlineData("scheduler", "deployment", false)]
    [InlineData("", "scheduler", false)]
    public void ControllerSet_OfThisText_HasOrHasNotAController(string text, string name, bool has)
    {
        ControllerSet.TryParse(text, out var set, out _).ShouldBeTrue();
        set!.Contains(name).ShouldBe(has);
        ControllerSet.TryParse(text + ",nonsense", out _, out var problem).ShouldBeFalse();
        problem.ShouldContain("no controller is called nonsense");
    }

    [Fact]
    public async Task Listener_InANetworkNamespace_IsReachedThereAndNamedByTheKubernetesService()
    {
        const string Name = "straum-t-apiserver";
        NetworkNamespace.Delete(Name);
        using var ns = NetworkNamespace.Create(Name);
        try
        {
            ns.Run(() =>
            {
                using var netlink = RtNetlink.Open();
                netlink.Links.SetUp(netlink.Links.Get("lo").Index);
                return true;
            });
            using var directory = new TemporaryDirectory();
            ListenAddress.TryParse($"netns:{Name}/127.0.0.1:0", out var inside, out _).ShouldBeTrue();
            await using var started = await EmbeddedApiServer.StartAsync(
                new ApiServerOptions
                {
                    DataDirectory = directory.Path,
                    Kubeconfig = directory.File("kubeconfig"),
                    Listen = [inside!, new ListenAddress(null, new IPEndPoint(IPAddress.Loopback, 0))],
                    Controllers = ControllerSet.None,
                },
                NullLoggerFactory.Instance);

            var reached = ns.Run(() =>
            {
                using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                socket.Connect(started.EndPoints[0]);
                return socket.Connected;
            });
            reached.ShouldBeTrue();
            var slice = started.Store.State.Find(new("endpointslices.discovery.k8s.io", "default", "kubernetes"))!.View;
            (slice.Objects("endpoints").Single().Texts("addresses").Single(), slice.Objects("ports").Single().Number("port"))
                .ShouldBe(("127.0.0.1", started.EndPoints[0].Port));
            var kubeconfig = await File.ReadAllTextAsync(directory.File("kubeconfig"), TestContext.Current.CancellationToken);
            kubeconfig.ShouldContain($"- name: straum\n  cluster:\n    server: https://{started.EndPoints[1]}");
            kubeconfig.ShouldContain($"- name: straum@{Name}\n  cluster:\n    server: https://{started.EndPoints[0]}");
        }
        finally
        {
            NetworkNamespace.Delete(Name);
        }
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(pair => pair.Key == "$ref" ? [pair.Value!.GetValue<string>().Split('/')[^1]] : References(pair.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };

    private static int WatchedDirectories()
    {
        var watches = 0;
        foreach (var descriptor in Directory.GetFiles("/proc/self/fdinfo"))
        {
            try
            {
                watches += File.ReadLines(descriptor).Count(static line => line.StartsWith("inotify wd:", StringComparison.Ordinal));
            }
            catch (IOException)
            {
                // Closed in the meantime.
            }
        }
        return watches;
    }
}
