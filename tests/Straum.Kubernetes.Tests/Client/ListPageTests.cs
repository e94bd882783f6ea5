using System.Net;
using System.Text;
using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Support;

namespace Straum.Kubernetes.Client;

public sealed class ListPageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private const string List = """
        {"kind":"NamespaceList","apiVersion":"v1","metadata":{"resourceVersion":"42","continue":"next","x":{"items":[1]}},
         "items":[{"metadata":{"name":"a"},"spec":{"items":["{]"]}}, {"metadata":{"name":"b","labels":{"k":"ü\""}}},{"metadata":{"name":"c"}}]}

        """;

    [Fact]
    public async Task Items_CutAtEveryByte_ArriveWhole()
    {
        var bytes = Encoding.UTF8.GetBytes(List);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var body = new ScriptedStream().Write(bytes[..cut]).Write(bytes[cut..]).End();
            var (page, items) = await ReadAsync(body);
            items.Select(i => i.Object!.Name).ShouldBe(["a", "b", "c"]);
            items[1].Object!.Labels["k"].ShouldBe("ü\"");
            (page.ResourceVersion, page.Continue).ShouldBe(("42", "next"));
        }
    }

    [Fact]
    public async Task Items_InATrickleOfSingleBytes_ArriveWhole()
    {
        var body = new ScriptedStream();
        foreach (var b in Encoding.UTF8.GetBytes(List))
        {
            body.Write([b]);
        }
        var (page, items) = await ReadAsync(body.End());
        items.Select(i => i.Object!.Name).ShouldBe(["a", "b", "c"]);
        page.ResourceVersion.ShouldBe("42");
    }

    [Theory]
    [InlineData("""{"items":[],"metadata":{"resourceVersion":"7"}}""", 0)]
    [InlineData("""{"items":null,"metadata":{"resourceVersion":"7"}}""", 0)]
    [InlineData("""{"items":[{"metadata":{"name":"a"}}],"metadata":{"resourceVersion":"7"}}""", 1)]
    public async Task Metadata_AfterTheItems_IsReadToo(string list, int count)
    {
        var (page, items) = await ReadAsync(new ScriptedStream().Write(list).End());
        items.Count.ShouldBe(count);
        page.ResourceVersion.ShouldBe("7");
    }

    [Fact]
    public async Task Items_BeforeTheRestHasArrived_AreHandedOver()
    {
        var body = new ScriptedStream().Write("""{"items":[{"metadata":{"name":"a"}},{"meta""");
        await using var page = await PageAsync(body);
        var items = new List<ListItem<Namespace>>();
        (await page.ReadAsync(items, Ct)).ShouldBeTrue();
        items.Select(i => i.Object!.Name).ShouldBe(["a"]);
    }

    [Fact]
    public async Task AnItem_ThatCannotBeDecoded_IsAProblemAndEndsNothing()
    {
        var (_, items) = await ReadAsync(new ScriptedStream().Write(
            """{"items":[{"metadata":{"name":"a","labels":[]}},{"metadata":{}},{"metadata":{"name":"c"}}]}""").End());
        items[0].Problem.ShouldBe(new DecodeProblem("Namespace", new("", "a"), "metadata.labels", "expected an object, found a list"));
        items[1].Problem!.Field.ShouldBe("metadata.name");
        items[2].Object!.Name.ShouldBe("c");
    }

    [Theory]
    [InlineData("""{"items":[{"metadata":{"name":"a"}}""", "ended before its end")]
    [InlineData("", "ended before its end")]
    [InlineData("""{"items":[{"metadata":{"name":"a"}}]""", "ended before its end")]
    [InlineData("<html>", "no list")]
    [InlineData("[]", "no list")]
    [InlineData("""{"items":{}}""", "no list")]
    [InlineData("""{"items":[1]}""", "no list")]
    [InlineData("""{"items":[{"metadata":{"name":"a"}} {}]}""", "no list")]
    public async Task ABody_ThatIsNoWholeList_Throws(string body, string message) =>
        (await Should.ThrowAsync<KubernetesException>(() => ReadAsync(new ScriptedStream().Write(body).End()))).Message.ShouldContain(message);

    [Fact]
    public async Task AConnection_ThatBreaks_Throws() =>
        (await Should.ThrowAsync<KubernetesException>(() => ReadAsync(new ScriptedStream().Write("{").End(new IOException("reset by peer")))))
            .Message.ShouldBe("GET /api/v1/namespaces: reset by peer");

    [Fact]
    public async Task AServer_ThatFallsSilent_IsGivenUp()
    {
        var time = new ManualTime();
        await using var page = await PageAsync(new ScriptedStream().Write("{"), time);
        var items = new List<ListItem<Namespace>>();
        var reading = page.ReadAsync(items, Ct).AsTask();
        time.Advance(TimeSpan.FromSeconds(31));
        (await Should.ThrowAsync<KubernetesException>(reading)).Message.ShouldContain("silent for 30 s");
    }

    private static async Task<(ListPage<Namespace> Page, List<ListItem<Namespace>> Items)> ReadAsync(Stream body)
    {
        await using var page = await PageAsync(body);
        var items = new List<ListItem<Namespace>>();
        while (await page.ReadAsync(items, Ct))
        {
        }
        return (page, items);
    }

    private static Task<ListPage<Namespace>> PageAsync(Stream body, TimeProvider? time = null) =>
        new ScriptedApi(_ => ScriptedApi.Streamed(body)).Client(time).ListAsync(Kinds.Namespaces, new ListOptions(), Ct);
}
