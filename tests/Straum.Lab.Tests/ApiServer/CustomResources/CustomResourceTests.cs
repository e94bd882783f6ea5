using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.CustomResources;

public sealed class CustomResourceTests : IDisposable
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: widgets, kind: Widget, shortNames: [wd]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
            additionalPrinterColumns:
            - {name: Size, type: integer, jsonPath: .spec.size}
            - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    required: [size]
                    properties:
                      size: {type: integer, minimum: 1}
                      color: {type: string, enum: [red, green], default: red}
                      port: {x-kubernetes-int-or-string: true}
                      tags: {type: array, maxItems: 2, items: {type: string, pattern: '^[a-z]+$'}}
                      free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                      labels: {type: object, additionalProperties: {type: string}}
                  status: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """;

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Definition_Created_ServesItsKindAtOnce()
    {
        var definition = await _store.CreateAsync(Definition);
        definition.View.Objects("status", "conditions").Select(c => $"{c.Text("type")}={c.Text("status")}").ShouldBe(["NamesAccepted=True", "Established=True"]);
        var kind = _store.Registry.Find("example.com", "v1", "widgets")!;
        (kind.Singular, kind.ListKind, kind.HasStatus, kind.ShortNames.Single()).ShouldBe(("widget", "WidgetList", true, "wd"));
        (await CreateAsync("size: 3")).View.Text("spec", "color").ShouldBe("red");
    }

    [Fact]
    public async Task Definition_Deleted_IsHeldUntilItsObjectsAreGone()
    {
        var definition = await _store.CreateAsync(Definition);
        var (marked, gone) = await _store.DeleteAsync(definition);
        gone.ShouldBeFalse();
        marked.Finalizers.ShouldBe([CustomResourceDefinitionStrategy.Finalizer]);
        await _store.UpdateAsync(marked, d => d.Need("metadata")["finalizers"] = new JsonArray());
        _store.Find(definition).ShouldBeNull();
        _store.Registry.Find("example.com", "v1", "widgets").ShouldBeNull();
    }

    [Theory]
    [InlineData("{}", "spec.size: Required value")]
    [InlineData("size: 0", "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1")]
    [InlineData("size: a", "spec.size: Invalid value: \"a\": spec.size in body must be of type integer: \"string\"")]
    [InlineData("size: 1, color: blue", "spec.color: Unsupported value: \"blue\": supported values: \"red\", \"green\"")]
    [InlineData("size: 1, port: []", "spec.port: Invalid value")]
    [InlineData("size: 1, tags: [a, B]", "spec.tags[1]: Invalid value: \"B\": spec.tags[1] in body should match '^[a-z]+$'")]
    [InlineData("size: 1, tags: [a, b, c]", "spec.tags: Too many: 3: must have at most 2 items")]
    public async Task Object_AgainstTheSchema_IsRefused(string spec, string expected)
    {
        await _store.CreateAsync(Definition);
        (await Should.ThrowAsync<StatusException>(() => CreateAsync(spec == "{}" ? "" : spec))).Message.ShouldContain(expected);
    }

    [Fact]
    public void Prune_UnknownFields_AreDroppedExceptWhereTheyArePreserved()
    {
        var schema = CustomResourceKinds.Declare(TestStore.Parse(Definition)).Single().CustomSchema!;
        var widget = TestStore.Parse("{metadata: {name: a}, spec: {size: 1, x: 1, free: {y: {z: 1}}, labels: {k: v}, tags: [a]}, status: {any: 1}, other: 2}");
        schema.Prune(widget).ShouldBe(["unknown field \"spec.x\"", "unknown field \"other\""]);
        widget["spec"]!.ToJsonString().ShouldBe("""{"size":1,"free":{"y":{"z":1}},"labels":{"k":"v"},"tags":["a"]}""");
        widget.Object("status")!.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Generation_OfAnObject_CountsChangesOfTheSpecOnly()
    {
        await _store.CreateAsync(Definition);
        var widget = await CreateAsync("size: 3");
        widget = await _store.UpdateAsync(widget, w => w.Need("metadata", "labels")["a"] = "b");
        widget.View.Number("metadata", "generation").ShouldBe(1);
        widget = await _store.UpdateAsync(widget, w => w.Need("status")["x"] = 1, Resources.WriteScope.Status);
        widget.View.Number("metadata", "generation").ShouldBe(1);
        widget = await _store.UpdateAsync(widget, w => w.Need("spec")["size"] = 4);
        widget.View.Number("metadata", "generation").ShouldBe(2);
        widget.View.Number("status", "x").ShouldBe(1);
    }

    [Theory]
    [InlineData(".spec.a", "1")]
    [InlineData("$.spec.list[1].n", "y")]
    [InlineData(".spec.list[-1].n", "y")]
    [InlineData(".spec.list[*].n", "x,y")]
    [InlineData(".spec.list[?(@.n==\"y\")].v", "2")]
    [InlineData(".spec['a']", "1")]
    [InlineData(".missing.a", "")]
    public void JsonPath_OfAPrinterColumn_SelectsWhatKubectlSelects(string path, string expected)
    {
        JsonPathExpression.TryParse(path, out var expression).ShouldBeTrue();
        var obj = TestStore.Parse("{spec: {a: 1, list: [{n: x, v: 1}, {n: \"y\", v: 2}]}}");
        string.Join(',', expression!.Select(obj).Select(node => node.ToString())).ShouldBe(expected);
    }

    [Theory]
    [InlineData("spec")]
    [InlineData(".spec[")]
    [InlineData(".spec[?(@.a>1)]")]
    public void JsonPath_BeyondThat_IsNotUnderstood(string path) => JsonPathExpression.TryParse(path, out _).ShouldBeFalse();

    private Task<StoredObject> CreateAsync(string spec) =>
        _store.CreateAsync($"{{apiVersion: example.com/v1, kind: Widget, metadata: {{name: a}}, spec: {{{spec}}}}}");
}
