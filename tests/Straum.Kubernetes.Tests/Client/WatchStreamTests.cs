using System.Text;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Support;
using static Straum.Kubernetes.Support.ScriptedApi;

namespace Straum.Kubernetes.Client;

public sealed class WatchStreamTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_CutAtEveryByte_ArriveWhole()
    {
        var bytes = Encoding.UTF8.GetBytes(
            Event("ADDED", Namespace("a", "1", "ü\\n")) + "\n" + Event("MODIFIED", Namespace("a", "2"))
            + Event("DELETED", """{"metadata":{"name":"a","resourceVersion":"3","labels":7}}""") + Bookmark("9"));
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var events = await ReadAsync(new ScriptedStream().Write(bytes[..cut]).Write(bytes[cut..]).End());
            events.Select(e => (e.Type, e.Key.Name, e.ResourceVersion)).ShouldBe([
                (WatchEventType.Set, "a", "1"), (WatchEventType.Set, "a", "2"),
                (WatchEventType.Deleted, "a", "3"), (WatchEventType.Bookmark, "", "9")]);
            events[0].Object!.Labels["l"].ShouldBe("ü\n");
        }
    }

    [Fact]
    public async Task AnEvent_WithItsFieldsInAnotherOrder_IsRead()
    {
        var events = await ReadAsync(new ScriptedStream().Write($$"""{"object":{{Namespace("a", "1")}},"type":"ADDED"}""" + "\n").End());
        events.ShouldHaveSingleItem().Object!.Name.ShouldBe("a");
    }

    [Fact]
    public async Task AnUnfinishedLastLine_IsDropped() =>
        (await ReadAsync(new ScriptedStream().Write(Event("ADDED", Namespace("a", "1")) + "{\"type\":\"DEL").End()))
            .ShouldHaveSingleItem().ResourceVersion.ShouldBe("1");

    [Fact]
    public async Task AnUndecodableObject_IsAProblemThatNamesItAndItsVersion()
    {
        var problem = (await ReadAsync(new ScriptedStream()
            .Write(Event("MODIFIED", """{"metadata":{"name":"a","resourceVersion":"5","labels":3}}""")).End())).ShouldHaveSingleItem();
        (problem.Type, problem.Key.Name, problem.ResourceVersion).ShouldBe((WatchEventType.Undecodable, "a", "5"));
        problem.Problem!.Field.ShouldBe("metadata.labels");
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{}}}""")]
    [InlineData("""{"type":"DELETED","object":{}}""")]
    [InlineData("""{"type":"RENAMED","object":{"metadata":{"name":"a"}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a"}}""")]
    [InlineData("[]")]
    public async Task ALine_ThatIsNoEvent_Throws(string line)
    {
        var events = new List<WatchEvent<Namespace>>();
        var body = new ScriptedStream().Write(Event("ADDED", Namespace("a", "1")) + line + "\n").End();
        await Should.ThrowAsync<WatchGarbageException>(() => ReadAsync(body, events));
        events.ShouldHaveSingleItem("what came before it counts");
    }

    [Fact]
    public async Task AnErrorEvent_ThrowsItsStatus()
    {
        var body = new ScriptedStream().Write(Event("ERROR", """{"kind":"Status","code":410,"reason":"Expired","message":"too old"}""")).End();
        var e = await Should.ThrowAsync<KubernetesException>(() => ReadAsync(body));
        e.IsGone.ShouldBeTrue();
        e.Message.ShouldEndWith("410 Expired: too old");
    }

    [Fact]
    public async Task AServer_ThatDoesNotEndTheWatchInTime_IsGivenUp()
    {
        var time = new ManualTime();
        var events = new List<WatchEvent<Namespace>>();
        var reading = ReadAsync(new ScriptedStream().Write(Bookmark("1")), events, time);
        await time.WhenTimerAsync(due => due == TimeSpan.FromSeconds(330));
        time.Advance(TimeSpan.FromSeconds(331));
        (await Should.ThrowAsync<KubernetesException>(reading)).Message.ShouldContain("silent for 330 s");
    }

    private static async Task<List<WatchEvent<Namespace>>> ReadAsync(
        Stream body, List<WatchEvent<Namespace>>? events = null, TimeProvider? time = null)
    {
        events ??= [];
        using var client = new ScriptedApi(_ => Streamed(body)).Client(time);
        await using var watch = await client.WatchAsync(Kinds.Namespaces, new WatchOptions { ResourceVersion = "0" }, Ct);
        while (await watch.ReadAsync(events, Ct))
        {
        }
        return events;
    }
}
