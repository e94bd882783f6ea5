using System.Net;
using System.Text.Json.Nodes;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Support;
using static Straum.Kubernetes.Support.ScriptedApi;

namespace Straum.Kubernetes.Client;

public sealed class KubernetesClientTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly NamespacedName Web = new("shop", "web");

    [Fact]
    public async Task Requests_OfEveryVerb_GoToTheRightPlace()
    {
        var bodies = new List<string?>();
        var api = new ScriptedApi(request =>
        {
            bodies.Add(request.Content is null ? null : $"{request.Content.Headers.ContentType} {request.Content.ReadAsStringAsync().Result}");
            return Json("""{"metadata":{"name":"web","namespace":"shop"}}""");
        });
        using var client = api.Client(config: ScriptedApi.Config with { Server = new Uri("https://proxy.test/clusters/a/") });
        var patch = new JsonObject { ["status"] = new JsonObject() };
        await client.GetAsync(Kinds.Services, Web, Ct);
        await client.CreateAsync(Kinds.Services, "shop", [], Ct);
        await client.UpdateAsync(Kinds.Leases, Web, [], Ct);
        await client.PatchAsync(Kinds.Nodes, new("", "n1"), patch, Ct);
        await client.PatchStatusAsync(Kinds.Services, Web, patch, Ct);
        await client.PatchStatusItemsAsync(Kinds.Services, Web, patch, Ct);
        (await client.DeleteAsync(Kinds.Services, Web, Ct)).ShouldBeTrue();
        api.Requests.ShouldBe([
            "GET /clusters/a/api/v1/namespaces/shop/services/web",
            "POST /clusters/a/api/v1/namespaces/shop/services",
            "PUT /clusters/a/apis/coordination.k8s.io/v1/namespaces/shop/leases/web",
            "PATCH /clusters/a/api/v1/nodes/n1",
            "PATCH /clusters/a/api/v1/namespaces/shop/services/web/status",
            "PATCH /clusters/a/api/v1/namespaces/shop/services/web/status",
            "DELETE /clusters/a/api/v1/namespaces/shop/services/web",
        ]);
        bodies.ShouldBe([null, "application/json {}", "application/json {}",
            "application/merge-patch+json {\"status\":{}}", "application/merge-patch+json {\"status\":{}}",
            "application/strategic-merge-patch+json {\"status\":{}}", null]);
    }

    [Fact]
    public async Task ListAndWatch_WithSelectors_EscapeThem()
    {
        var api = new ScriptedApi(_ => Namespaces("1", []));
        using var client = api.Client();
        var selection = new Selection { Namespace = "shop", FieldSelector = "spec.nodeName=n1", LabelSelector = "!a,b in (c)" };
        await using var page = await client.ListAsync(Kinds.Pods, new ListOptions { Selection = selection, Continue = "x=y" }, Ct);
        await using var watch = await client.WatchAsync(Kinds.Pods, new WatchOptions { Selection = selection, ResourceVersion = "7" }, Ct);
        api.Requests.ShouldBe([
            "GET /api/v1/namespaces/shop/pods?fieldSelector=spec.nodeName%3Dn1&labelSelector=%21a%2Cb%20in%20%28c%29&limit=500&continue=x%3Dy",
            "GET /api/v1/namespaces/shop/pods?fieldSelector=spec.nodeName%3Dn1&labelSelector=%21a%2Cb%20in%20%28c%29&watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=300",
        ]);
    }

    [Fact]
    public async Task ListAll_OverSeveralPages_ReturnsAll()
    {
        using var client = ScriptedApi.Of(_ => Namespaces("1", ["a", "b"], "p2"), _ => Namespaces("1", ["c"])).Client();
        (await client.ListAllAsync(Kinds.Namespaces, Selection.All, Ct)).Objects.Select(n => n.Name).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task Absence_IsAValue()
    {
        using var client = new ScriptedApi(_ => Refused(HttpStatusCode.NotFound, "NotFound")).Client();
        (await client.FindAsync(Kinds.Services, Web, Ct)).ShouldBeNull();
        (await client.DeleteAsync(Kinds.Services, Web, Ct)).ShouldBeFalse();
        (await Should.ThrowAsync<KubernetesException>(client.GetAsync(Kinds.Services, Web, Ct))).IsNotFound.ShouldBeTrue();
    }

    [Fact]
    public async Task ARefusal_CarriesWhatTheServerSaid()
    {
        using var client = new ScriptedApi(_ => Json("""
            {"kind":"Status","status":"Failure","message":"Service \"web\" is invalid","reason":"Invalid","code":422,
             "details":{"name":"web","kind":"Service","retryAfterSeconds":3,
               "causes":[{"reason":"FieldValueInvalid","message":"must be unique","field":"spec.ports[1].name"}]}}
            """, HttpStatusCode.UnprocessableEntity)).Client();
        var e = await Should.ThrowAsync<KubernetesException>(client.CreateAsync(Kinds.Services, "shop", [], Ct));
        e.Message.ShouldBe("POST /api/v1/namespaces/shop/services: 422 Invalid: Service \"web\" is invalid");
        e.Status.Causes.ShouldBe([new StatusCause("FieldValueInvalid", "must be unique", "spec.ports[1].name")]);
        e.Status.RetryAfter.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task AnErrorPage_IsQuoted()
    {
        using var client = new ScriptedApi(_ => new HttpResponseMessage(HttpStatusCode.BadGateway)
        {
            Content = new StringContent("<html>\nno upstream"),
            Headers = { RetryAfter = new(TimeSpan.FromSeconds(9)) },
        }).Client();
        var e = await Should.ThrowAsync<KubernetesException>(client.GetAsync(Kinds.Services, Web, Ct));
        e.Message.ShouldEndWith("502: <html> no upstream");
        e.Status.RetryAfter.ShouldBe(TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task AnUnreachableServer_IsNamed()
    {
        using var client = new ScriptedApi(_ => throw new HttpRequestException("Connection refused")).Client();
        var e = await Should.ThrowAsync<KubernetesException>(client.GetAsync(Kinds.Services, Web, Ct));
        e.StatusCode.ShouldBeNull();
        e.Message.ShouldBe("GET /api/v1/namespaces/shop/services/web: Connection refused (api.test:6443)");
    }

    // What differs from watch to watch and from node to node is no news to whoever reads the fault.
    [Fact]
    public async Task AWatch_ThatFails_IsNamedWithoutItsParameters()
    {
        using var client = new ScriptedApi(_ => throw new HttpRequestException("Connection refused")).Client();
        (await Should.ThrowAsync<KubernetesException>(client.WatchAsync(Kinds.Services, new WatchOptions { ResourceVersion = "7" }, Ct)))
            .Message.ShouldBe("GET /api/v1/services?watch: Connection refused (api.test:6443)");
        (await Should.ThrowAsync<KubernetesException>(client.ListAsync(Kinds.Services, new ListOptions(), Ct)))
            .Message.ShouldBe("GET /api/v1/services: Connection refused (api.test:6443)");
    }

    [Fact]
    public async Task AToken_ThatChangedMeanwhile_IsTriedOnce()
    {
        var tokens = new Queue<string>(["old", "new"]);
        var sent = new List<string?>();
        var api = new ScriptedApi(request =>
        {
            sent.Add(request.Headers.Authorization?.ToString());
            return sent.Count == 1 ? Refused(HttpStatusCode.Unauthorized, "Unauthorized") : Json("""{"metadata":{"name":"web"}}""");
        });
        using var client = api.Client(config: ScriptedApi.Config with { Token = new QueuedToken(tokens) });
        await client.UpdateAsync(Kinds.Services, Web, new JsonObject { ["a"] = 1 }, Ct);
        sent.ShouldBe(["Bearer old", "Bearer new"]);
    }

    [Fact]
    public async Task AToken_ThatIsRefusedAndStaysTheSame_IsNotTriedAgain()
    {
        var api = new ScriptedApi(_ => Refused(HttpStatusCode.Unauthorized, "Unauthorized"));
        using var client = api.Client(config: ScriptedApi.Config with { Token = new FixedToken("t") });
        (await Should.ThrowAsync<KubernetesException>(client.GetAsync(Kinds.Services, Web, Ct))).IsUnauthorized.ShouldBeTrue();
        api.Requests.Count.ShouldBe(1);
    }

    private sealed class QueuedToken(Queue<string> tokens) : ITokenSource
    {
        public string Read() => tokens.Dequeue();
    }
}
