using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Ownership;

/// <summary>Server-side apply over HTTP, and who owns what afterwards.</summary>
public sealed class ServerSideApplyTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Path = "/api/v1/namespaces/default/services/";

    [Fact]
    public async Task Apply_OfAFieldThatAnotherChanged_IsRefused_AndTakenByForce()
    {
        await ApplyAsync("one", "conflict", "type: NodePort", 201);
        (await server.Client.PatchAsync(Path + "conflict?fieldManager=kubectl-edit", "merge", "{spec: {type: LoadBalancer}}")).Code.ShouldBe(200);

        var refused = await ApplyAsync("one", "conflict", "type: NodePort", 409);
        refused.Text("reason").ShouldBe("Conflict");
        refused.Text("message")!.ShouldMatch("""^Apply failed with 1 conflict: conflict with "kubectl-edit" using v1 at [-0-9TZ:]+: \.spec\.type$""");
        refused.Objects("details", "causes").Single().Text("reason").ShouldBe("FieldManagerConflict");
        refused.Objects("details", "causes").Single().Text("field").ShouldBe(".spec.type");

        var forced = await ApplyAsync("one", "conflict", "type: NodePort", 200, query: "&force=true");
        forced.Text("spec", "type").ShouldBe("NodePort");
        Owners(forced, "f:type").ShouldBe(["one"]);
    }

    [Fact]
    public async Task Apply_OfTheSameValue_SharesIt_AndGivingItUpLeavesItToTheOther()
    {
        await ApplyAsync("one", "shared", "type: NodePort, externalTrafficPolicy: Local", 201);
        Owners(await ApplyAsync("two", "shared", "type: NodePort", 200), "f:type").ShouldBe(["one", "two"]);

        var left = await ApplyAsync("one", "shared", "externalTrafficPolicy: Local", 200);
        left.Text("spec", "type").ShouldBe("NodePort");
        Owners(left, "f:type").ShouldBe(["two"]);
    }

    [Fact]
    public async Task Apply_WithoutWhatItOnceHad_RemovesIt()
    {
        await ApplyAsync("one", "removed", "externalIPs: [192.0.2.1], ports: [{name: a, port: 80}, {name: b, port: 81}]", 201);
        (await server.Client.PatchAsync(Path + "removed?fieldManager=two", "merge", "{metadata: {labels: {theirs: kept}}}")).Code.ShouldBe(200);
        var now = await ApplyAsync("one", "removed", "ports: [{name: b, port: 81}]", 200);
        now.At("spec", "externalIPs").ShouldBeNull();
        now.Objects("spec", "ports").Select(p => p.Text("name")).ShouldBe(["b"]);
        now.Text("metadata", "labels", "theirs").ShouldBe("kept");
    }

    [Fact]
    public async Task Apply_OfOneEntryOfAList_LeavesTheOthers()
    {
        await ApplyAsync("one", "entries", "ports: [{name: a, port: 80}]", 201);
        var both = await ApplyAsync("two", "entries", "ports: [{name: b, port: 81, targetPort: 8081}]", 200);
        both.Objects("spec", "ports").Select(p => p.Text("name")).ShouldBe(["a", "b"]);
        var changed = await ApplyAsync("two", "entries", "ports: [{name: b, port: 81, targetPort: 8082}]", 200);
        changed.Objects("spec", "ports").Select(p => p.Number("targetPort")).ShouldBe([80, 8082]);
    }

    [Fact]
    public async Task Apply_Again_ChangesNothing()
    {
        var first = await ApplyAsync("one", "same", "ports: [{port: 80}]", 201);
        var second = await ApplyAsync("one", "same", "ports: [{port: 80}]", 200);
        second.ToJsonString().ShouldBe(first.ToJsonString());
    }

    [Fact]
    public async Task Apply_OfStatus_OwnsTheStatusAlone()
    {
        await ApplyAsync("one", "status", "type: LoadBalancer", 201);
        var status = await ApplyAsync("lb", "status/status", "type: LoadBalancer}, status: {loadBalancer: {ingress: [{ip: 192.0.2.9}]}", 200);
        var entry = status.Objects("metadata", "managedFields").Single(e => e.Text("manager") == "lb");
        entry.Text("subresource").ShouldBe("status");
        entry.Object("fieldsV1")!.Select(p => p.Key).ShouldBe(["f:status"]);
    }

    [Fact]
    public async Task ManagedFields_SentEmpty_AreReset()
    {
        await ApplyAsync("one", "reset", "type: NodePort", 201);
        var reset = await server.Client.PatchAsync(Path + "reset", "merge", "{metadata: {managedFields: [{}]}}");
        reset.Body.At("metadata", "managedFields").ShouldBeNull();
    }

    [Fact]
    public async Task CustomResource_ListsOfItsSchemaMerge()
    {
        (await server.Client.PostAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: racks.own.example.com}
            spec:
              group: own.example.com
              scope: Cluster
              names: {plural: racks, kind: Rack}
              versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {
                slots: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [id], items: {type: object, properties: {id: {type: integer}, card: {type: string}}}}}}}}}}]
            """)).Code.ShouldBe(201);
        const string Rack = "/apis/own.example.com/v1/racks/r?fieldManager=";
        const string Config = "{apiVersion: own.example.com/v1, kind: Rack, spec: {slots: [{id: 1, card: a}]}}";
        (await server.Client.PatchAsync(Rack + "one", "apply", Config)).Code.ShouldBe(201);
        var both = await server.Client.PatchAsync(Rack + "two", "apply", Config.Replace("id: 1, card: a", "id: 2, card: b", StringComparison.Ordinal));
        both.Body.Objects("spec", "slots").Select(s => s.Text("card")).ShouldBe(["a", "b"]);
        (await server.Client.PatchAsync(Rack + "two", "apply", Config.Replace("card: a", "card: c", StringComparison.Ordinal))).Code.ShouldBe(409);
    }

    private async Task<JsonObject> ApplyAsync(string manager, string name, string spec, int code, string query = "")
    {
        var ports = spec.Contains("ports", StringComparison.Ordinal) ? "" : "ports: [{port: 80}], ";
        var answer = await server.Client.PatchAsync($"{Path}{name}?fieldManager={manager}{query}", "apply", $"{{apiVersion: v1, kind: Service, spec: {{{ports}{spec}}}}}");
        return answer.Expect(code);
    }

    private static IEnumerable<string?> Owners(JsonObject obj, string field) =>
        obj.Objects("metadata", "managedFields").Where(e => e.Object("fieldsV1", "f:spec")?.ContainsKey(field) == true).Select(e => e.Text("manager")).Order();
}
