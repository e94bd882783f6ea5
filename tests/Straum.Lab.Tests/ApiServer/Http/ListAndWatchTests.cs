using System.Text.Json.Nodes;
using static Straum.Lab.ApiServer.ApiClient;

namespace Straum.Lab.ApiServer.Http;

public sealed class ListAndWatchTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string TableForm = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    private const string MetadataForm = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";

    private ApiClient Client => server.Client;

    [Fact]
    public async Task List_InPages_ShowsOneRevisionWhateverHappensBetween()
    {
        var path = await NamespaceAsync("paged");
        for (var i = 0; i < 5; i++)
        {
            await CreateAsync(path, $"c{i}");
        }
        var first = (await Client.GetAsync(path + "?limit=2")).Expect(200);
        (first.Array("items")!.Count, first.Number("metadata", "remainingItemCount")).ShouldBe((2, 3));
        await Client.DeleteAsync(path + "/c3");
        await CreateAsync(path, "c2b");
        var token = Uri.EscapeDataString(first.Text("metadata", "continue")!);
        var second = (await Client.GetAsync($"{path}?limit=2&continue={token}")).Expect(200);
        Names(second).ShouldBe(["c2", "c3"]);
        second.Text("metadata", "resourceVersion").ShouldBe(first.Text("metadata", "resourceVersion"));
        var third = (await Client.GetAsync($"{path}?limit=2&continue={Uri.EscapeDataString(second.Text("metadata", "continue")!)}")).Expect(200);
        Names(third).ShouldBe(["c4"]);
        third.Object("metadata")!.ContainsKey("continue").ShouldBeFalse();
    }

    [Fact]
    public async Task List_ContinuedAfterARestart_IsGone()
    {
        var path = await NamespaceAsync("paged-restart");
        await CreateAsync(path, "a");
        await CreateAsync(path, "b");
        var first = (await Client.GetAsync(path + "?limit=1")).Expect(200);
        await server.RestartAsync();
        (await Client.GetAsync($"{path}?limit=1&continue={Uri.EscapeDataString(first.Text("metadata", "continue")!)}")).Expect(410).Text("reason").ShouldBe("Expired");
        (await Client.GetAsync($"{path}?continue=nonsense")).Expect(400);
    }

    [Fact]
    public async Task List_WithSelectors_FiltersByLabelsAndFields()
    {
        await NamespaceAsync("selected");
        const string Path = "/api/v1/namespaces/selected/pods";
        foreach (var (name, node) in new[] { ("a", "n1"), ("b", "n2"), ("c", "n1") })
        {
            (await Client.PostAsync(Path, $"{{metadata: {{name: {name}, labels: {{app: {name}}}}}, spec: {{nodeName: {node}, containers: [{{name: x, image: i}}]}}}}")).Expect(201);
        }
        Names((await Client.GetAsync(Path + "?fieldSelector=spec.nodeName%3Dn1")).Expect(200)).ShouldBe(["a", "c"]);
        Names((await Client.GetAsync(Path + "?fieldSelector=spec.nodeName%3Dn1,metadata.name!%3Da")).Expect(200)).ShouldBe(["c"]);
        Names((await Client.GetAsync(Path + "?labelSelector=app%20in%20(a,b)&fieldSelector=status.phase%3DPending")).Expect(200)).ShouldBe(["a", "b"]);
        Names((await Client.GetAsync("/api/v1/pods?fieldSelector=metadata.namespace%3Dselected,spec.nodeName%3Dn2")).Expect(200)).ShouldBe(["b"]);
        (await Client.GetAsync(Path + "?fieldSelector=spec.foo%3Dx")).Expect(400).Text("message").ShouldBe("field label not supported: spec.foo");
        (await Client.GetAsync(Path + "?labelSelector=a%3D%3D%3Db")).Expect(400);
    }

    [Fact]
    public async Task List_AtARevision_IsAnsweredOrRefusedAsTheParameterSays()
    {
        var now = long.Parse((await Client.GetAsync(ConfigMapsPath)).Version);
        (await Client.GetAsync(ConfigMapsPath + "?resourceVersion=0")).Expect(200);
        (await Client.GetAsync($"{ConfigMapsPath}?resourceVersion=1&resourceVersionMatch=NotOlderThan")).Expect(200);
        (await Client.GetAsync($"{ConfigMapsPath}?resourceVersion=1&resourceVersionMatch=Exact")).Expect(410);
        var future = (await Client.GetAsync($"{ConfigMapsPath}?resourceVersion={now + 1000}")).Expect(504);
        future.Objects("details", "causes").Single().Text("reason").ShouldBe("ResourceVersionTooLarge");
        (await Client.GetAsync($"{ConfigMapsPath}?resourceVersion=x")).Expect(400);
        (await Client.GetAsync($"{ConfigMapsPath}?resourceVersionMatch=Exact")).Expect(400);
    }

    [Fact]
    public async Task Watch_FromAListsRevision_SeesEveryChangeInOrder()
    {
        var path = await NamespaceAsync("watched");
        await CreateAsync(path, "before");
        using var watch = await Client.WatchAsync(path, "resourceVersion=" + (await Client.GetAsync(path)).Version);
        await CreateAsync(path, "a");
        (await Client.PatchAsync(path + "/a", "merge", "{data: {x: \"y\"}}")).Expect(200);
        (await Client.PatchAsync(path + "/a", "merge", "{data: {x: \"y\"}}")).Expect(200); // changes nothing: no event
        await Client.DeleteAsync(path + "/a");
        await Client.DeleteAsync(path + "/before");
        (await watch.NextChangeAsync()).ShouldBe("ADDED a");
        (await watch.NextChangeAsync()).ShouldBe("MODIFIED a");
        (await watch.NextChangeAsync()).ShouldBe("DELETED a");
        (await watch.NextChangeAsync()).ShouldBe("DELETED before");
    }

    [Theory]
    [InlineData("")]
    [InlineData("resourceVersion=0")]
    [InlineData("resourceVersion=0&resourceVersionMatch=NotOlderThan&sendInitialEvents=true")]
    public async Task Watch_FromNowhere_StartsWithWhatThereIs(string query)
    {
        var path = await NamespaceAsync("initial-" + Guid.NewGuid().ToString("N")[..6]);
        await CreateAsync(path, "a");
        await CreateAsync(path, "b");
        using var watch = await Client.WatchAsync(path, query);
        (await watch.NextChangeAsync()).ShouldBe("ADDED a");
        (await watch.NextChangeAsync()).ShouldBe("ADDED b");
        await CreateAsync(path, "c");
        (await watch.NextChangeAsync()).ShouldBe("ADDED c");
    }

    [Fact]
    public async Task Watch_WithInitialEvents_EndsThemWithAnAnnotatedBookmark()
    {
        var path = await NamespaceAsync("watchlist");
        await CreateAsync(path, "a");
        using var watch = await Client.WatchAsync(path, "resourceVersionMatch=NotOlderThan&sendInitialEvents=true&allowWatchBookmarks=true");
        (await watch.NextAsync())!.Text("type").ShouldBe("ADDED");
        var bookmark = (await watch.NextAsync())!;
        (bookmark.Text("type"), bookmark.Text("object", "metadata", "annotations", "k8s.io/initial-events-end")).ShouldBe(("BOOKMARK", "true"));
        var listed = await Client.GetAsync(path);
        long.Parse(bookmark.Text("object", "metadata", "resourceVersion")!).ShouldBeLessThanOrEqualTo(long.Parse(listed.Version));
        (await Client.GetAsync(path + "?watch=1&sendInitialEvents=true")).Expect(400);
    }

    [Fact]
    public async Task Watch_InQuietTimes_GetsBookmarksThatAdvanceWithOtherKinds()
    {
        var path = await NamespaceAsync("bookmarked");
        using var watch = await Client.WatchAsync(path, $"allowWatchBookmarks=true&resourceVersion={(await Client.GetAsync(path)).Version}");
        var elsewhere = (await Client.PostAsync("/api/v1/namespaces", "{metadata: {name: elsewhere}}")).Expect(201);
        var target = long.Parse(elsewhere.Text("metadata", "resourceVersion")!);
        long reached;
        do
        {
            var next = (await watch.NextAsync())!;
            next.Text("type").ShouldBe("BOOKMARK");
            reached = long.Parse(next.Text("object", "metadata", "resourceVersion")!);
        }
        while (reached < target);
        await CreateAsync(path, "after");
        (await watch.NextChangeAsync()).ShouldBe("ADDED after");
    }

    [Fact]
    public async Task Watch_WithASelector_TurnsTransitionsIntoAddedAndDeleted()
    {
        var path = await NamespaceAsync("transitions");
        await CreateAsync(path, "a");
        using var watch = await Client.WatchAsync(path, $"labelSelector=on%3Dyes&resourceVersion={(await Client.GetAsync(path)).Version}");
        (await Client.PatchAsync(path + "/a", "merge", "{metadata: {labels: {on: \"yes\"}}}")).Expect(200);
        (await Client.PatchAsync(path + "/a", "merge", "{data: {x: \"y\"}}")).Expect(200);
        var off = await Client.PatchAsync(path + "/a", "merge", "{metadata: {labels: {on: \"no\"}}}");
        (await Client.PatchAsync(path + "/a", "merge", "{data: {x: \"z\"}}")).Expect(200);
        (await watch.NextChangeAsync()).ShouldBe("ADDED a");
        (await watch.NextChangeAsync()).ShouldBe("MODIFIED a");
        var deleted = (await watch.NextAsync())!;
        deleted.Text("type").ShouldBe("DELETED");
        deleted.Text("object", "metadata", "labels", "on").ShouldBe("yes", "the last state that matched");
        deleted.Text("object", "metadata", "resourceVersion").ShouldBe(off.Version);
    }

    [Fact]
    public async Task Watch_AfterItsTimeout_EndsByItself()
    {
        using var watch = await Client.WatchAsync(ConfigMapsPath, "timeoutSeconds=1&resourceVersion=" + (await Client.GetAsync(ConfigMapsPath)).Version);
        (await watch.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Watch_FromARevisionOfAnotherLife_IsGone()
    {
        var status = (await Client.GetAsync(ConfigMapsPath + "?watch=1&resourceVersion=99999999")).Expect(410);
        status.Text("reason").ShouldBe("Expired");
    }

    [Fact]
    public async Task Watch_OverARestart_MissesNothing()
    {
        var path = await NamespaceAsync("restarted");
        var version = (await Client.GetAsync(path)).Version;
        await CreateAsync(path, "a");
        await Client.DeleteAsync(path + "/a");
        await server.RestartAsync();
        using var watch = await Client.WatchAsync(path, "resourceVersion=" + version);
        (await watch.NextChangeAsync()).ShouldBe("ADDED a");
        (await watch.NextChangeAsync()).ShouldBe("DELETED a");
    }

    [Fact]
    public async Task Table_OfAList_HasColumnsAndARowPerObjectWithItsMetadata()
    {
        await NamespaceAsync("tabled");
        const string Path = "/api/v1/namespaces/tabled/pods";
        (await Client.PostAsync(Path, "{metadata: {name: a}, spec: {containers: [{name: x, image: i}]}}")).Expect(201);
        var table = (await Client.GetAsync(Path, TableForm)).Expect(200);
        table.Text("kind").ShouldBe("Table");
        table.Objects("columnDefinitions").Select(c => c.Text("name")).ShouldBe(
            ["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates"]);
        table.Objects("columnDefinitions").Select(c => c.Number("priority")).ShouldBe([0, 0, 0, 0, 0, 1, 1, 1, 1]);
        var row = table.Objects("rows").Single();
        row.Array("cells")!.Select(c => c!.ToString()).Take(4).ShouldBe(["a", "0/1", "Pending", "0"]);
        (row.Text("object", "kind"), row.Text("object", "metadata", "name")).ShouldBe(("PartialObjectMetadata", "a"));
        (await Client.GetAsync(Path + "?includeObject=Object", TableForm)).Body.Objects("rows").Single().Text("object", "kind").ShouldBe("Pod");
        (await Client.GetAsync(Path + "?includeObject=None", TableForm)).Body.Objects("rows").Single().ContainsKey("object").ShouldBeFalse();
        (await Client.GetAsync(Path + "/a", TableForm)).Body.Objects("rows").Count().ShouldBe(1);
    }

    [Fact]
    public async Task Table_OfAWatch_SendsTheColumnsOnce()
    {
        var path = await NamespaceAsync("table-watch");
        using var watch = await Client.WatchAsync(path, "resourceVersion=" + (await Client.GetAsync(path)).Version, TableForm);
        await CreateAsync(path, "a");
        await CreateAsync(path, "b");
        var first = (await watch.NextAsync())!;
        (first.Text("type"), first.Text("object", "kind")).ShouldBe(("ADDED", "Table"));
        first.Array("object", "columnDefinitions")!.Count.ShouldBe(3);
        (await watch.NextAsync())!.At("object", "columnDefinitions").ShouldBeNull();
    }

    [Fact]
    public async Task Metadata_AskedFor_IsAllThatIsSent()
    {
        var path = await NamespaceAsync("metadata");
        await CreateAsync(path, "a");
        var list = (await Client.GetAsync(path, MetadataForm)).Expect(200);
        list.Text("kind").ShouldBe("PartialObjectMetadataList");
        var item = list.Objects("items").Single();
        (item.Text("kind"), item.ContainsKey("data")).ShouldBe(("PartialObjectMetadata", false));
        using var watch = await Client.WatchAsync(path, "", MetadataForm);
        (await watch.NextAsync())!.Text("object", "kind").ShouldBe("PartialObjectMetadata");
    }

    private static IEnumerable<string?> Names(JsonObject list) => list.Objects("items").Select(item => item.Text("metadata", "name"));

    private async Task<string> NamespaceAsync(string name)
    {
        (await Client.PostAsync("/api/v1/namespaces", $"{{metadata: {{name: {name}}}}}")).Expect(201);
        return $"/api/v1/namespaces/{name}/configmaps";
    }

    private async Task CreateAsync(string path, string name) => (await Client.PostAsync(path, $"{{metadata: {{name: {name}}}}}")).Expect(201);
}
