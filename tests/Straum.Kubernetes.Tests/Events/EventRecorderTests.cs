using System.Net;
using System.Text.Json.Nodes;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Support;
using static Straum.Kubernetes.Support.ScriptedApi;

namespace Straum.Kubernetes.Events;

public sealed class EventRecorderTests
{
    private readonly List<(string Request, JsonNode Body)> _written = [];
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<HttpRequestMessage, HttpResponseMessage?> _refuse = _ => null;

    [Fact]
    public async Task TheSameEvent_RaisesTheCountOfTheOneThatIsThere()
    {
        await RecordAsync(About("web", "first"), About("web", "first"), About("web", "second"), About("web", "first"));
        _written.Select(w => w.Request.Split(' ')[0]).ShouldBe(["POST", "PATCH", "POST", "PATCH"]);
        var (request, body) = _written[0];
        request.ShouldBe("POST /api/v1/namespaces/shop/events");
        body["involvedObject"]!.ToJsonString().ShouldBe("""{"apiVersion":"v1","kind":"Service","namespace":"shop","name":"web","uid":"u1"}""");
        (body["type"]!.ToString(), body["reason"]!.ToString(), body["message"]!.ToString(), body["count"]!.GetValue<int>())
            .ShouldBe(("Warning", "NotProgrammed", "first", 1));
        _written[1].Request.ShouldBe($"PATCH /api/v1/namespaces/shop/events/{body["metadata"]!["name"]}");
        _written[3].Body["count"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task AnEvent_ThatTheServerHasForgotten_IsWrittenAnew()
    {
        _refuse = request => request.Method == HttpMethod.Patch ? Refused(HttpStatusCode.NotFound, "NotFound") : null;
        var recorder = await RecordAsync(About("web", "first"), About("web", "first"));
        _written.Select(w => w.Request.Split(' ')[0]).ShouldBe(["POST", "PATCH", "POST"]);
        recorder.Dropped.ShouldBe(0);
    }

    [Fact]
    public async Task AnEvent_ThatIsRefused_IsCountedAndTheNextOneStillComes()
    {
        _refuse = request => _written.Count == 1 ? Refused(HttpStatusCode.Forbidden, "Forbidden") : null;
        var recorder = await RecordAsync(About("web", "first"), About("web", "second"));
        _written.Count.ShouldBe(2);
        recorder.Dropped.ShouldBe(1);
    }

    [Fact]
    public async Task MoreThanCanWait_DropTheOldest()
    {
        var recorder = await RecordAsync([.. Enumerable.Range(0, 300).Select(i => About("web", $"{i}"))]);
        recorder.Dropped.ShouldBe(44);
        _written[0].Body["message"]!.ToString().ShouldBe("44");
    }

    private static ObjectEvent About(string name, string message)
    {
        var service = new Service { Meta = new() { Namespace = "shop", Name = name, Uid = "u1" } };
        return new(EventSubject.Of(Kinds.Services, service), EventSeverity.Warning, "NotProgrammed", message);
    }

    /// <summary>Records all, then runs the recorder until it has written a last event of its own.</summary>
    private async Task<EventRecorder> RecordAsync(params ObjectEvent[] events)
    {
        using var client = new ScriptedApi(Answer).Client();
        var recorder = new EventRecorder(client, "straum-agent", "n1", new ManualTime());
        foreach (var news in events)
        {
            recorder.Record(news);
        }
        using var stop = new CancellationTokenSource();
        var run = recorder.RunAsync(stop.Token);
        recorder.Record(About("last", "last"));
        await _idle.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await run;
        return recorder;
    }

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        var body = JsonNode.Parse(request.Content!.ReadAsStringAsync().Result)!;
        if (body["message"]?.ToString() == "last")
        {
            _idle.SetResult();
            return Json("""{"metadata":{"name":"last"}}""");
        }
        _written.Add(($"{request.Method} {request.RequestUri!.AbsolutePath}", body));
        return _refuse(request) ?? Json("""{"metadata":{"name":"x"}}""");
    }
}
