using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Ownership;

public sealed class FieldTreeTests
{
    private const string Fields = """{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}}}""";

    [Fact]
    public void Fields_ReadAndWritten_AreTheSame() => Write(Read(Fields)).ShouldBe(Fields);

    [Fact]
    public void Paths_AreWrittenAsTheApiServerDoes() => Read(Fields).Paths().ShouldBe(
        [".metadata.labels", ".metadata.labels.a", ".spec.ports[port=80,protocol=\"TCP\"]", ".spec.ports[port=80,protocol=\"TCP\"].port"]);

    [Theory]
    [InlineData("""{"f:a":{},"f:b":{}}""", """{"f:b":{}}""", """{"f:a":{},"f:b":{}}""", """{"f:b":{}}""", """{"f:a":{}}""")]
    [InlineData("""{"f:a":{".":{},"f:x":{}}}""", """{"f:a":{}}""", """{"f:a":{".":{},"f:x":{}}}""", """{"f:a":{}}""", """{"f:a":{"f:x":{}}}""")]
    [InlineData("""{"f:a":{"f:x":{}}}""", """{"f:b":{}}""", """{"f:a":{"f:x":{}},"f:b":{}}""", "{}", """{"f:a":{"f:x":{}}}""")]
    public void Sets_Combined_HoldWhatTheirNamesSay(string a, string b, string union, string intersection, string difference)
    {
        Write(Set(a).Union(Set(b))).ShouldBe(union);
        Write(Set(a).Intersect(Set(b))).ShouldBe(intersection);
        Write(Set(a).Except(Set(b))).ShouldBe(difference);
    }

    private static FieldTree Read(string fields) => FieldTree.Read((JsonObject)JsonNode.Parse(fields)!);

    private static FieldTree Set(string fields)
    {
        var tree = Read(fields);
        tree.Owned = false;
        return tree;
    }

    private static string Write(FieldTree tree) => System.Text.Encoding.UTF8.GetString(tree.Write().ToUtf8());
}
