using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Schemas;

namespace Straum.Lab.ApiServer.Patching;

public sealed class PatchTests
{
    private static readonly Schema Pod = SchemaCatalog.Builtin.Kind("Pod");
    private static readonly Schema Service = SchemaCatalog.Builtin.Kind("Service");
    private static readonly Schema Deployment = SchemaCatalog.Builtin.Kind("Deployment");

    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":2}]""", """{"a":[1,2]}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"remove","path":"/a/b"}]""", """{"a":{}}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/a","value":{"b":2}}]""", """{"a":{"b":2}}""")]
    [InlineData("""{"a":1}""", """[{"op":"move","from":"/a","path":"/b"}]""", """{"b":1}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"copy","from":"/a","path":"/b"}]""", """{"a":[1],"b":[1]}""")]
    [InlineData("""{"a/b":{"m~n":1}}""", """[{"op":"replace","path":"/a~1b/m~0n","value":2}]""", """{"a/b":{"m~n":2}}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1},{"op":"remove","path":"/a"}]""", "{}")]
    public void JsonPatch_ThatApplies_GivesTheResultOfTheRfc(string target, string patch, string expected) =>
        Same(Patched(target, t => JsonPatch.Apply(t, (JsonArray)JsonNode.Parse(patch)!)), expected);

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""", 422)]
    [InlineData("""[{"op":"remove","path":"/nope"}]""", 422)]
    [InlineData("""[{"op":"replace","path":"/nope","value":1}]""", 422)]
    [InlineData("""[{"op":"add","path":"/list/7","value":1}]""", 422)]
    [InlineData("""[{"op":"shout","path":"/a"}]""", 400)]
    [InlineData("""[{"op":"add","path":"a","value":1}]""", 400)]
    [InlineData("""[{"path":"/a"}]""", 400)]
    public void JsonPatch_ThatDoesNotApply_IsRefused(string patch, int code) =>
        Should.Throw<StatusException>(() => Patched("""{"a":1,"list":[]}""", t => JsonPatch.Apply(t, (JsonArray)JsonNode.Parse(patch)!)))
            .Code.ShouldBe(code);

    [Theory] // RFC 7386 appendix A
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void MergePatch_Always_GivesTheResultOfTheRfc(string target, string patch, string expected) =>
        Same(Patched(target, t => MergePatch.Apply(t, Parse(patch))), expected);

    [Fact]
    public void Strategic_ListWithMergeKey_MergesTheEntryAndKeepsTheOthers() => Same(
        Patched("""{"spec":{"containers":[{"name":"a","image":"x:1"},{"name":"b","image":"y"}]}}""",
            t => StrategicMergePatch.Apply(t, Parse("""{"spec":{"containers":[{"name":"a","image":"x:2"},{"name":"c","image":"z"}]}}"""), Pod)),
        """{"spec":{"containers":[{"name":"a","image":"x:2"},{"name":"b","image":"y"},{"name":"c","image":"z"}]}}""");

    [Fact]
    public void Strategic_ListWithoutMergeKey_IsReplaced() => Same(
        Patched("""{"spec":{"containers":[{"name":"a","args":["1","2"]}]}}""",
            t => StrategicMergePatch.Apply(t, Parse("""{"spec":{"containers":[{"name":"a","args":["3"]}]}}"""), Pod)),
        """{"spec":{"containers":[{"name":"a","args":["3"]}]}}""");

    [Fact]
    public void Strategic_DeleteDirective_RemovesTheEntry() => Same(
        Patched("""{"spec":{"ports":[{"port":80},{"port":443}]}}""",
            t => StrategicMergePatch.Apply(t, Parse("""{"spec":{"ports":[{"$patch":"delete","port":80}]}}"""), Service)),
        """{"spec":{"ports":[{"port":443}]}}""");

    [Fact]
    public void Strategic_ReplaceDirectiveInAList_ReplacesIt() => Same(
        Patched("""{"spec":{"ports":[{"port":80},{"port":443}]}}""",
            t => StrategicMergePatch.Apply(t, Parse("""{"spec":{"ports":[{"$patch":"replace"},{"port":1}]}}"""), Service)),
        """{"spec":{"ports":[{"port":1}]}}""");

    [Fact]
    public void Strategic_ReplaceDirectiveInAnObject_ReplacesIt() => Same(
        Patched("""{"spec":{"selector":{"a":"b","c":"d"}}}""",
            t => StrategicMergePatch.Apply(t, Parse("""{"spec":{"selector":{"$patch":"replace","e":"f"}}}"""), Service)),
        """{"spec":{"selector":{"e":"f"}}}""");

    [Fact]
    public void Strategic_SetElementOrder_OrdersTheNamedAndKeepsOthersInPlace() => Same(
        Patched("""{"spec":{"containers":[{"name":"server-only"},{"name":"a"},{"name":"b"}]}}""",
            t => StrategicMergePatch.Apply(t, Parse(
                """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"},{"name":"new"}],"containers":[{"name":"new"}]}}"""), Pod)),
        """{"spec":{"containers":[{"name":"server-only"},{"name":"b"},{"name":"a"},{"name":"new"}]}}""");

    [Fact]
    public void Strategic_DeleteFromPrimitiveList_TakesTheValuesOut() => Same(
        Patched("""{"metadata":{"finalizers":["a","b","c"]}}""",
            t => StrategicMergePatch.Apply(t, Parse("""{"metadata":{"$deleteFromPrimitiveList/finalizers":["b"],"finalizers":["d"]}}"""), Pod)),
        """{"metadata":{"finalizers":["a","c","d"]}}""");

    [Fact]
    public void Strategic_RetainKeys_DropsTheRest() => Same(
        Patched("""{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""",
            t => StrategicMergePatch.Apply(t, Parse("""{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}"""), Deployment)),
        """{"spec":{"strategy":{"type":"Recreate"}}}""");

    [Fact]
    public void Strategic_NullsInWhatIsNew_AreNotStored() => Same(
        Patched("""{"metadata":{}}""",
            t => StrategicMergePatch.Apply(t, Parse("""{"metadata":{"annotations":{"a":null,"b":"c"}},"spec":{"nodeName":null}}"""), Pod)),
        """{"metadata":{"annotations":{"b":"c"}},"spec":{}}""");

    [Fact]
    public void Strategic_EntryWithoutItsMergeKey_IsRefused() =>
        Should.Throw<StatusException>(() => Patched("""{"spec":{"containers":[]}}""",
            t => StrategicMergePatch.Apply(t, Parse("""{"spec":{"containers":[{"image":"x"}]}}"""), Pod))).Code.ShouldBe(400);

    private static JsonObject Patched(string target, Action<JsonObject> apply)
    {
        var parsed = Parse(target);
        apply(parsed);
        return parsed;
    }

    private static JsonObject Parse(string text) => (JsonObject)JsonNode.Parse(text)!;

    private static void Same(JsonNode actual, string expected) =>
        JsonNode.DeepEquals(actual, JsonNode.Parse(expected)).ShouldBeTrue(actual.ToJsonString());
}
