using System.Net;
using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Support;
using static Straum.Kubernetes.Support.ScriptedApi;

namespace Straum.Kubernetes.Informers;

public sealed class InformerTests
{
    private readonly EagerTime _time = new();

    [Fact]
    public async Task AListOfManyPages_IsOneTable()
    {
        using var api = Of(_ => Namespaces("7", ["a", "b"], "p2"), _ => Namespaces("7", ["c"], "p3"), _ => Namespaces("7", ["d"]));
        await using var running = new RunningInformer(api, _time);
        await running.UntilAsync("a=x", "b=x", "c=x", "d=x");
        await running.UntilAsync(() => api.Requests.Count == 4);
        api.Requests.Last().ShouldContain("resourceVersion=7");
        running.Informer.Status.Lists.ShouldBe(1);
    }

    [Fact]
    public async Task UntilThePagesAreComplete_TheTableStaysEmpty()
    {
        var second = new ScriptedStream().Write("""{"metadata":{"resourceVersion":"7"},"items":[""");
        using var api = Of(_ => Namespaces("7", ["a"], "p2"), _ => Streamed(second));
        await using var running = new RunningInformer(api, _time);
        await running.UntilAsync(() => api.Requests.Count == 2);
        running.Informer.HasSynced.ShouldBeFalse();
        running.State().ShouldBeEmpty();
        second.Write("]}").End();
        await running.UntilAsync("a=x");
        running.Informer.HasSynced.ShouldBeTrue();
    }

    [Fact]
    public async Task AWatch_ThatEnds_GoesOnFromTheLastVersionWithoutAList()
    {
        using var api = Of(
            _ => Namespaces("7", ["a"]),
            _ => Streamed(new ScriptedStream().Write(Event("ADDED", Namespace("b", "8")) + Bookmark("12")).End()),
            _ => Streamed(new ScriptedStream().Write(Event("DELETED", Namespace("a", "13"))).End(new IOException("reset"))));
        await using var running = new RunningInformer(api, _time);
        await running.UntilAsync("b=x");
        await running.UntilAsync(() => api.Requests.Count == 4);
        Versions(api).ShouldBe(["", "7", "12", "13"]);
        running.Informer.Status.Lists.ShouldBe(1);
        running.Informer.Status.ResourceVersion.ShouldBe("13");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AVersion_ThatIsGone_LeadsToAListThatFindsTheDeletes(bool midStream)
    {
        using var api = Of(
            _ => Namespaces("7", ["a", "b", "c"]),
            _ => midStream
                ? Streamed(new ScriptedStream().Write(Event("MODIFIED", Namespace("c", "8", "y"))
                    + Event("ERROR", """{"code":410,"reason":"Expired"}""")))
                : Refused(HttpStatusCode.Gone, "Expired"),
            _ => Namespaces("20", ["b", "d"]));
        await using var running = new RunningInformer(api, _time);
        await running.UntilAsync("b=x", "d=x");
        await running.UntilAsync(() => api.Requests.Count == 4);
        Versions(api).ShouldBe(["", "7", "", "20"]);
        running.Informer.Status.Lists.ShouldBe(2);
    }

    [Fact]
    public async Task ARelist_OfEqualObjects_KeepsTheTable()
    {
        using var api = Of(_ => Namespaces("7", ["a", "b"]), _ => Refused(HttpStatusCode.Gone, "Expired"), _ => Namespaces("20", ["b", "a"]));
        await using var running = new RunningInformer(api, _time);
        await running.UntilAsync("a=x", "b=x");
        var table = running.Informer.Objects;
        await running.UntilAsync(() => running.Informer.Status.Lists == 2);
        running.Informer.Objects.ShouldBeSameAs(table);
    }

    [Fact]
    public async Task AnUpdate_ThatChangesNothingWeRead_KeepsTheTable()
    {
        var watch = new ScriptedStream();
        using var api = Of(_ => Namespaces("7", ["a"]), _ => Streamed(watch));
        await using var running = new RunningInformer(api, _time);
        await running.UntilAsync("a=x");
        var table = running.Informer.Objects;
        watch.Write(Event("MODIFIED", Namespace("a", "9")));
        await running.UntilAsync(() => running.Informer.Status.Events == 1);
        running.Informer.Objects.ShouldBeSameAs(table);
        running.Informer.Status.ResourceVersion.ShouldBe("9");
    }

    [Fact]
    public async Task AnUndecodableObject_KeepsItsLastGoodVersionUntilItIsReadableOrGone()
    {
        const string Bad = """{"metadata":{"name":"a","resourceVersion":"8","labels":7}}""";
        var watch = new ScriptedStream().Write(Event("MODIFIED", Bad));
        using var api = Of(_ => Namespaces("7", ["a"]), _ => Streamed(watch),
            _ => Json($$$"""{"metadata":{"resourceVersion":"10"},"items":[{{{Bad}}}]}"""),
            _ => Streamed(new ScriptedStream().Write(Event("DELETED", Bad)).End()));
        await using var running = new RunningInformer(api, _time);
        await running.UntilAsync(() => running.Informer.Problems.Count == 1);
        running.Informer.Problems[0].ShouldBe(new DecodeProblem("Namespace", new("", "a"), "metadata.labels", "expected an object, found a number"));
        running.State().ShouldBe(["a=x"]);

        watch.Write("what is this\n");
        await running.UntilAsync(() => running.Informer.Status.Lists == 2);
        // The list says the same, then the object goes.
        await running.UntilAsync();
        running.Informer.Problems.ShouldBeEmpty();
        running.Informer.Status.DecodeErrors.ShouldBe(3);
    }

    [Fact]
    public async Task AServer_ThatRefusesAgainAndAgain_IsAskedEverMoreSeldom()
    {
        var refusals = Enumerable.Repeat<Func<HttpRequestMessage, HttpResponseMessage>>(
            _ => Refused(HttpStatusCode.Forbidden, "Forbidden", "may not list"), 10);
        using var api = Of([.. refusals, _ => Namespaces("7", ["a"])]);
        await using var running = new RunningInformer(api, _time);
        await running.UntilAsync(() => running.Informer.Status.LastError?.Contains("may not list") == true || running.Informer.HasSynced);
        await running.UntilAsync("a=x");
        var pauses = _time.Pauses.Take(10).ToArray();
        for (var i = 0; i < pauses.Length; i++)
        {
            var whole = Math.Min(10, 0.2 * Math.Pow(2, i));
            pauses[i].TotalSeconds.ShouldBeInRange(whole / 2, whole);
        }
        running.Informer.Status.LastError.ShouldBeNull();
    }

    [Fact]
    public async Task AServer_ThatNamesATime_IsGivenIt()
    {
        using var api = Of(_ => Json("""{"kind":"Status","code":429,"details":{"retryAfterSeconds":7}}""", HttpStatusCode.TooManyRequests),
            _ => Namespaces("7", ["a"]));
        await using var running = new RunningInformer(api, _time);
        await running.UntilAsync("a=x");
        _time.Pauses.First().ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task WatchesThatEndAtOnce_AreNotStartedInATightLoop()
    {
        var empty = Enumerable.Repeat<Func<HttpRequestMessage, HttpResponseMessage>>(_ => Streamed(new ScriptedStream().End()), 5);
        using var api = Of([_ => Namespaces("7", ["a"]), .. empty]);
        await using var running = new RunningInformer(api, _time);
        await running.UntilAsync(() => api.Requests.Count == 7);
        _time.Pauses.Count.ShouldBe(5);
    }

    [Fact]
    public async Task AServer_ThatKeepsRefusingOurVersion_IsListedAnew()
    {
        // Restored from a backup: our version lies in its future, and it says so with 504.
        var refusals = Enumerable.Repeat<Func<HttpRequestMessage, HttpResponseMessage>>(
            _ => Refused(HttpStatusCode.GatewayTimeout, "Timeout", "Too large resource version"), 3);
        using var api = Of([_ => Namespaces("900", ["a"]), .. refusals, _ => Namespaces("5", ["b"])]);
        await using var running = new RunningInformer(api, _time);
        await running.UntilAsync("b=x");
        await running.UntilAsync(() => api.Requests.Count == 6);
        Versions(api).ShouldBe(["", "900", "900", "900", "", "5"]);
    }

    [Fact]
    public async Task AConnection_ThatIsHalfOpen_IsLeftAfterTheDeadline()
    {
        var time = new ManualTime();
        using var api = Of(_ => Namespaces("7", ["a"]), _ => Streamed(new ScriptedStream()),
            _ => Streamed(new ScriptedStream().Write(Event("DELETED", Namespace("a", "8")))));
        await using var running = new RunningInformer(api, time);
        await time.WhenTimerAsync(due => due > TimeSpan.FromMinutes(5));
        time.Advance(TimeSpan.FromMinutes(11));
        await time.WhenTimerAsync(due => due <= TimeSpan.FromSeconds(0.2));
        running.Informer.Status.LastError!.ShouldContain("half-open");
        running.Informer.Status.FailingSince.ShouldBe(time.GetUtcNow(), "not since it last heard anything");
        time.Advance(TimeSpan.FromSeconds(0.2));
        await running.UntilAsync();
        running.Informer.Status.FailingSince.ShouldBeNull();
    }

    private static string[] Versions(ScriptedApi api) => [.. api.Requests.Select(r =>
        System.Web.HttpUtility.ParseQueryString(r[(r.IndexOf('?') + 1)..])["resourceVersion"] ?? "")];
}
