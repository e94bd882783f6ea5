using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

public sealed class EndpointSliceControllerTests
{
    private const string Slices = "endpointslices.discovery.k8s.io";

    [Fact]
    public async Task Service_WithReadyPods_GetsASliceThatSaysAllThereIsToSay()
    {
        await using var cluster = new TestCluster("endpointslice");
        await cluster.CreateNodeAsync("n1");
        var service = await ServiceAsync(cluster, "ports: [{name: web, port: 80, targetPort: http, appProtocol: http}]");
        var pod = await cluster.CreatePodAsync("p", spec: "nodeName: n1");
        await cluster.ReportAsync(pod, "10.244.0.7");
        var state = await cluster.Store.UntilAsync(s => Endpoints(s).Count == 1, "one endpoint");
        var slice = state.List(Slices).Single();
        slice.Labels.ShouldBe(new Dictionary<string, string>
        {
            ["kubernetes.io/service-name"] = "web",
            ["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io",
            ["from"] = "the-service",
        }, ignoreOrder: true);
        slice.Controller!.Uid.ShouldBe(service.Uid);
        slice.View.Text("addressType").ShouldBe("IPv4");
        slice.View["ports"]!.ToJsonString().ShouldBe("""[{"name":"web","protocol":"TCP","port":8080,"appProtocol":"http"}]""");
        JsonNode.DeepEquals(Endpoints(state).Single(), TestStore.Parse(
            $"{{addresses: [10.244.0.7], conditions: {{ready: true, serving: true, terminating: false}}, nodeName: n1, zone: z-n1, targetRef: {{kind: Pod, namespace: default, name: p, uid: \"{pod.Uid}\"}}}}"))
            .ShouldBeTrue(Endpoints(state).Single().ToJsonString());
    }

    [Fact]
    public async Task Pod_GoingThroughItsLife_MovesThroughTheConditions()
    {
        await using var cluster = new TestCluster("endpointslice");
        await ServiceAsync(cluster, "ports: [{port: 80}]");
        var pod = await cluster.CreatePodAsync("p", spec: "nodeName: n1");
        await cluster.Store.UntilAsync(s => s.List(Slices).Any(), "an empty slice");
        await cluster.ReportAsync(pod, "10.244.0.7", ready: false);
        await cluster.Store.UntilAsync(s => Conditions(s) == "False False False", "not ready");
        await cluster.ReportAsync(pod, "10.244.0.7");
        await cluster.Store.UntilAsync(s => Conditions(s) == "True True False", "ready");
        await cluster.Store.DeleteAsync(pod);
        await cluster.Store.UntilAsync(s => Conditions(s) == "False True True", "terminating and still serving");
        await cluster.ReportAsync(pod, "10.244.0.7", ready: false);
        await cluster.Store.UntilAsync(s => Conditions(s) == "False False True", "terminating");
        await cluster.Store.DeleteAsync(pod, DeleteOptions.Now(pod.Uid));
        await cluster.Store.UntilAsync(s => Conditions(s) == "", "gone");
        cluster.Store.List(Slices).Count.ShouldBe(1, "the slice stays, empty");
    }

    [Fact]
    public async Task Service_ThatPublishesNotReadyAddresses_SaysReadyOfAll()
    {
        await using var cluster = new TestCluster("endpointslice");
        await ServiceAsync(cluster, "publishNotReadyAddresses: true, clusterIP: None, ports: [{port: 80}]");
        await cluster.ReportAsync(await cluster.CreatePodAsync("p"), "10.244.0.7", ready: false);
        var state = await cluster.Store.UntilAsync(s => Conditions(s) == "True False False", "published");
        state.List(Slices).Single().Labels["service.kubernetes.io/headless"].ShouldBe("");
    }

    [Fact]
    public async Task Service_OfBothFamilies_GetsASliceOfEach()
    {
        await using var cluster = new TestCluster("endpointslice");
        var service = await ServiceAsync(cluster, "ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]");
        await cluster.ReportAsync(await cluster.CreatePodAsync("p"), "10.244.0.7");
        var state = await cluster.Store.UntilAsync(s => Endpoints(s).Count == 2, "two");
        state.List(Slices).Select(s => $"{s.View.Text("addressType")} {s.View.Objects("endpoints").Single().Texts("addresses").Single()}")
            .ShouldBe(["IPv4 10.244.0.7", "IPv6 fd44::7"], ignoreOrder: true);
        await cluster.Store.UpdateAsync(service, s => s.Need("spec")["ipFamilyPolicy"] = "SingleStack");
        await cluster.Store.UntilAsync(s => s.List(Slices).Select(slice => slice.View.Text("addressType")) is var types && types.SequenceEqual(["IPv4"]), "one family");
    }

    [Fact]
    public async Task NamedTargetPort_OfDifferentNumbers_SplitsTheSlices()
    {
        await using var cluster = new TestCluster("endpointslice");
        await ServiceAsync(cluster, "ports: [{port: 80, targetPort: http}]");
        await cluster.ReportAsync(await cluster.CreatePodAsync("a"), "10.244.0.1");
        var other = await cluster.Store.CreateAsync("{apiVersion: v1, kind: Pod, metadata: {name: b, labels: {app: web}}, spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 9090}]}]}}");
        await cluster.ReportAsync(other, "10.244.0.2");
        var state = await cluster.Store.UntilAsync(s => s.List(Slices).Count() == 2 && Endpoints(s).Count == 2, "two slices");
        state.List(Slices).Select(s => $"{s.View.Objects("ports").Single().Number("port")} {s.View.Objects("endpoints").Single().Texts("addresses").Single()}")
            .ShouldBe(["8080 10.244.0.1", "9090 10.244.0.2"], ignoreOrder: true);
    }

    [Fact]
    public async Task ManyPods_AreSplitAtAHundredAndStayWhereTheyAre()
    {
        await using var cluster = new TestCluster("endpointslice");
        await ServiceAsync(cluster, "ports: [{port: 80}]");
        var pods = new List<StoredObject>();
        for (var i = 0; i < 130; i++)
        {
            var pod = await cluster.CreatePodAsync($"p{i:000}");
            pods.Add(await cluster.ReportAsync(pod, $"10.244.{i / 100}.{i % 100}"));
        }
        var state = await cluster.Store.UntilAsync(s => Endpoints(s).Count == 130, "all");
        state.List(Slices).Select(s => s.View.Array("endpoints")!.Count).OrderDescending().ShouldBe([100, 30]);

        var full = state.List(Slices).Single(s => s.View.Array("endpoints")!.Count == 100);
        var roomy = state.List(Slices).Single(s => s.View.Array("endpoints")!.Count == 30);
        var gone = full.View.Objects("endpoints").ElementAt(40).Text("targetRef", "name")!;
        await cluster.Store.DeleteAsync(state.Find(new ObjectKey("pods", "default", gone))!);
        state = await cluster.Store.UntilAsync(s => Endpoints(s).Count == 129, "one less");
        Names(state.Find(full.Key)!).ShouldBe(Names(full).Where(name => name != gone), "the others keep their order");
        state.Find(roomy.Key)!.Revision.ShouldBe(roomy.Revision, "the other slice is not touched");

        await cluster.ReportAsync(await cluster.CreatePodAsync("new"), "10.244.9.9");
        state = await cluster.Store.UntilAsync(s => Endpoints(s).Count == 130, "one more");
        state.List(Slices).Count().ShouldBe(2, "it takes a free place");
    }

    [Fact]
    public async Task Labels_OfAPodOrTheSelector_Changing_ChangesTheEndpoints()
    {
        await using var cluster = new TestCluster("endpointslice");
        var service = await ServiceAsync(cluster, "ports: [{port: 80}]");
        var pod = await cluster.ReportAsync(await cluster.CreatePodAsync("p", "app: db"), "10.244.0.7");
        await cluster.Store.UntilAsync(s => s.List(Slices).Any(), "reconciled");
        cluster.Store.List(Slices).SelectMany(s => s.View.Objects("endpoints")).ShouldBeEmpty();
        await cluster.Store.UpdateAsync(pod, p => p.Need("metadata", "labels")["app"] = "web");
        await cluster.Store.UntilAsync(s => Endpoints(s).Count == 1, "matches");
        await cluster.Store.UpdateAsync(service, s => s.Need("spec", "selector")["app"] = "other");
        await cluster.Store.UntilAsync(s => Endpoints(s).Count == 0, "no longer");
    }

    [Fact]
    public async Task Service_WithoutASelector_IsLeftToOthers()
    {
        await using var cluster = new TestCluster("endpointslice");
        await cluster.Store.CreateAsync("{apiVersion: v1, kind: Service, metadata: {name: bare}, spec: {ports: [{port: 80}]}}");
        var mine = await cluster.Store.CreateAsync(
            "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: mine, labels: {kubernetes.io/service-name: bare}}, addressType: IPv4, endpoints: [{addresses: [192.0.2.1]}], ports: [{port: 80}]}");
        await ServiceAsync(cluster, "ports: [{port: 80}]");
        var state = await cluster.Store.UntilAsync(s => s.List(Slices).Count() == 2, "the other Service has its own");
        state.Find(mine.Key)!.Revision.ShouldBe(mine.Revision);
    }

    [Fact]
    public async Task Slice_TamperedWith_IsPutRight()
    {
        await using var cluster = new TestCluster("endpointslice");
        await ServiceAsync(cluster, "ports: [{port: 80}]");
        await cluster.ReportAsync(await cluster.CreatePodAsync("p"), "10.244.0.7");
        var state = await cluster.Store.UntilAsync(s => Endpoints(s).Count == 1, "one");
        var slice = state.List(Slices).Single();
        await cluster.Store.UpdateAsync(slice, s => s["endpoints"] = new JsonArray());
        await cluster.Store.UntilAsync(s => Endpoints(s).Count == 1, "back");
        await cluster.Store.DeleteAsync(cluster.Store.List(Slices).Single());
        await cluster.Store.UntilAsync(s => Endpoints(s).Count == 1, "made anew");
    }

    [Fact]
    public async Task Service_Deleted_TakesItsSlices()
    {
        await using var cluster = new TestCluster("endpointslice");
        var service = await ServiceAsync(cluster, "ports: [{port: 80}]");
        await cluster.Store.UntilAsync(s => s.List(Slices).Any(), "a slice");
        await cluster.Store.DeleteAsync(service);
        await cluster.Store.UntilAsync(s => !s.List(Slices).Any(), "none");
    }

    private static Task<StoredObject> ServiceAsync(TestCluster cluster, string spec) => cluster.Store.CreateAsync(
        $"{{apiVersion: v1, kind: Service, metadata: {{name: web, labels: {{from: the-service}}}}, spec: {{selector: {{app: web}}, {spec}}}}}");

    private static List<JsonObject> Endpoints(StoreState state) => [.. state.List(Slices).SelectMany(s => s.View.Objects("endpoints"))];

    private static string Conditions(StoreState state) => string.Join(';', Endpoints(state).Select(e =>
        $"{e.Flag("conditions", "ready")} {e.Flag("conditions", "serving")} {e.Flag("conditions", "terminating")}"));

    private static IEnumerable<string?> Names(StoredObject slice) => slice.View.Objects("endpoints").Select(e => e.Text("targetRef", "name"));
}
