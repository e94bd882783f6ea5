using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Schemas;

public sealed class SchemaTests
{
    [Fact]
    public void Catalog_OfTheAssembly_HasNoNumberTwiceInAMessage()
    {
        foreach (var type in SchemaCatalog.Builtin.Types)
        {
            type.Fields.Values.Where(f => f.Wire.Count > 0).Select(f => string.Join('.', f.Wire)).ShouldBeUnique(type.Name);
        }
    }

    [Fact]
    public void Catalog_MergingLists_NameAFieldThatTheirEntriesHave()
    {
        foreach (var (type, field) in SchemaCatalog.Builtin.Types.SelectMany(t => t.Fields.Values.Select(f => (t, f))).Where(p => p.f.MergeKey is not null))
        {
            var items = field.Schema.Items!;
            (items.Type == SchemaType.Any || items.Fields.ContainsKey(field.MergeKey!)).ShouldBeTrue($"{type.Name}.{field.Name}");
        }
    }

    [Theory]
    [InlineData("  orphan string", "line 1")]
    [InlineData("A\n  x B", "type B is used but not defined")]
    [InlineData("A\n  x string\nA", "A is defined twice")]
    public void Catalog_WrongFile_SaysWhatAndWhere(string text, string expected) =>
        Should.Throw<FormatException>(() => SchemaCatalog.Parse(text)).Message.ShouldContain(expected);

    [Fact]
    public void Decode_UnknownFields_AreDroppedAndNamedWithTheirPath()
    {
        var pod = (JsonObject)JsonNode.Parse("""{"spec":{"containers":[{"name":"a","imagee":"x"}],"foo":1},"bar":2}""")!;
        Decode(pod).ShouldBe(["unknown field \"spec.containers[0].imagee\"", "unknown field \"spec.foo\"", "unknown field \"bar\""], ignoreOrder: true);
        pod.ToJsonString().ShouldBe("""{"spec":{"containers":[{"name":"a"}]}}""");
    }

    [Fact]
    public void Decode_Nulls_AreAbsent()
    {
        var pod = (JsonObject)JsonNode.Parse("""{"metadata":{"creationTimestamp":null,"labels":{"a":null}},"spec":null}""")!;
        Decode(pod).ShouldBeEmpty();
        pod.ToJsonString().ShouldBe("""{"metadata":{"labels":{"a":""}}}""");
    }

    [Theory]
    [InlineData("""{"spec":{"hostNetwork":"yes"}}""", "json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool")]
    [InlineData("""{"spec":{"containers":{}}}""", "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []Container")]
    [InlineData("""{"spec":{"terminationGracePeriodSeconds":"5"}}""", "json: cannot unmarshal string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int32")]
    [InlineData("""{"metadata":{"labels":{"a":1}}}""", "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels.a of type string")]
    public void Decode_WrongType_IsABadRequestInTheWordsOfTheRealServer(string pod, string expected)
    {
        var refusal = Should.Throw<StatusException>(() => Decode((JsonObject)JsonNode.Parse(pod)!));
        refusal.Code.ShouldBe(400);
        refusal.Message.ShouldContain("Pod in version \"v1\" cannot be handled as a Pod: " + expected);
    }

    private static IReadOnlyList<string> Decode(JsonObject pod) =>
        StrictDecoder.Decode(pod, SchemaCatalog.Builtin.Kind("Pod"), "Pod", "v1");
}
