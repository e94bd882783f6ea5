using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Straum.Agent.Daemon;
using Straum.Agent.Daemon.Conditions;
using Straum.Control.Addressing;
using Straum.Control.Problems;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Agent.Tests.Daemon.Conditions;

/// <summary>What is asked of the API server, one step at a time.</summary>
public sealed class ServiceConditionsTests : IDisposable
{
    private readonly SnapshotBuilder _cluster = new() { AllSynced = true };
    private readonly Api _api = new();
    private readonly Lines _log = new();
    private readonly ManualClock _clock = new();
    private readonly KubernetesClient _client;
    private readonly ServiceConditions _conditions;

    public ServiceConditionsTests()
    {
        _client = new KubernetesClient(new ClusterConfig { Server = new Uri("https://api") }, _api, TimeProvider.System);
        _conditions = new ServiceConditions(_client, "n1", _clock, new Random(1), _log);
        _cluster.Set(new Node { Meta = new() { Name = "n1" } }).Set(new Node { Meta = new() { Name = "n2" } });
        _cluster.Set(new Service { Meta = new() { Namespace = "shop", Name = "web" } });
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Claim_IsWrittenOnTheVersionThatWasReadJustNow()
    {
        Lack();

        (await StepAsync()).ShouldNotBeNull();

        _api.Requests.ShouldBe([
            "GET /api/v1/namespaces/shop/services?fieldSelector=metadata.name%3Dweb&limit=500",
            "PATCH /api/v1/namespaces/shop/services/web/status"]);
        var patch = _api.Patches.ShouldHaveSingleItem();
        ((string?)patch["metadata"]!["resourceVersion"]).ShouldBe("7");
        var condition = patch["status"]!["conditions"]![0]!;
        ((string?)condition["type"]).ShouldBe("straum.io/Programmed");
        ((string?)condition["status"]).ShouldBe("False");
        ((string?)condition["reason"]).ShouldBe("NoRoom");
        ((string?)condition["message"]).ShouldBe("n1: 10.0.0.1:443 is not served: full. 1 more of its addresses and ports are not served either. Wait.");
        ((string?)condition["lastTransitionTime"]).ShouldBe("2026-01-02T03:04:05Z");

        // Until the watch shows it.
        (await StepAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Claim_OfAServiceThatAnotherNodeHasTakenMeanwhile_IsNotWritten()
    {
        Lack();
        _api.Conditions = """[{"type":"straum.io/Programmed","status":"False","message":"n2: full"}]""";

        (await StepAsync()).ShouldNotBeNull();

        _api.Patches.ShouldBeEmpty();
    }

    [Fact]
    public async Task Claim_ThatComesTooLate_WaitsForTheWatch()
    {
        Lack();
        _api.Refusal = HttpStatusCode.Conflict;
        await StepAsync();
        (await StepAsync()).ShouldBeNull();
        _log.Warnings.ShouldBeEmpty();

        // Somebody changed what is none of our business: the watch has nothing to tell, and it is tried again.
        _api.Refusal = null;
        _clock.Advance(TimeSpan.FromMinutes(1));
        await StepAsync();

        _api.Patches.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Condition_OfThisNode_IsTakenAwayWhenItFits()
    {
        _api.Conditions = """[{"type":"straum.io/Programmed","status":"False","message":"n1: full"}]""";
        _cluster.Set(Held("n1"));
        Pass();

        await StepAsync();

        _api.Patches.ShouldHaveSingleItem()["status"]!.ToJsonString().ShouldBe("""{"conditions":[{"$patch":"delete","type":"straum.io/Programmed"}]}""");
    }

    [Fact]
    public async Task Right_ThatIsMissing_IsToldOnce_AndAskedForSeldom()
    {
        Lack();
        _api.Refusal = HttpStatusCode.Forbidden;

        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 20; i++)
        {
            pauses.Add((await StepAsync()).ShouldNotBeNull());
        }

        _log.Warnings.ShouldHaveSingleItem().ShouldContain("install.md");
        pauses.ShouldAllBe(p => p >= TimeSpan.FromMinutes(30));

        // Granted at last.
        _api.Refusal = null;
        (await StepAsync()).ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Service_ThatRefusesItsCondition_DoesNotHoldUpTheOthers()
    {
        Lack();
        _api.Refusal = HttpStatusCode.UnprocessableEntity;

        (await StepAsync()).ShouldNotBeNull();

        (await StepAsync()).ShouldBeNull();
        _log.Warnings.ShouldHaveSingleItem().ShouldContain("Service shop/web");
    }

    [Fact]
    public async Task Answer_ThatIsNoService_IsAFailure_AndNoMore()
    {
        Lack();
        _api.Answers = "";
        (await StepAsync()).ShouldNotBeNull();
        _log.Warnings.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Service_ThatIsGone_IsForgotten()
    {
        Lack();
        _api.Refusal = HttpStatusCode.NotFound;
        await StepAsync();
        (await StepAsync()).ShouldBeNull();
        _log.Warnings.ShouldBeEmpty();
    }

    private static Service Held(string node) => new()
    {
        Meta = new() { Namespace = "shop", Name = "web" },
        Conditions = [new() { Type = ProgrammedCondition.Type, Status = "False", Message = node + ": full" }],
    };

    private void Lack()
    {
        Problem[] both = [Problem("10.0.0.1:443 is not served: full."), Problem("10.0.0.1:80 is not served: full.")];
        Pass(both);
        Pass(both);
    }

    private static Problem Problem(string message) => new()
    {
        Severity = Severity.Error,
        Object = new ObjectName("Service", new NamespacedName("shop", "web")),
        Message = message,
        Fix = "Wait.",
    };

    private void Pass(params Problem[] unplaced) => _conditions.Passed(new NodeLoopState { Snapshot = _cluster.Build(), Unplaced = [.. unplaced] });

    private Task<TimeSpan?> StepAsync() => _conditions.StepAsync(Ct);

    /// <summary>Has one Service, of version 7.</summary>
    private sealed class Api : HttpMessageHandler
    {
        public List<string> Requests { get; } = [];

        public List<JsonNode> Patches { get; } = [];

        public string Conditions { get; set; } = "[]";

        public HttpStatusCode? Refusal { get; set; }

        /// <summary>To a patch; null for the Service.</summary>
        public string? Answers { get; set; }

        private string Web => $$$"""{"metadata":{"namespace":"shop","name":"web","resourceVersion":"7"},"status":{"conditions":{{{Conditions}}}}}""";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            Requests.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
            if (request.Method == HttpMethod.Get)
            {
                return Answer(HttpStatusCode.OK, $$$"""{"kind":"ServiceList","metadata":{"resourceVersion":"9"},"items":[{{{Web}}}]}""");
            }
            Patches.Add(JsonNode.Parse(await request.Content!.ReadAsStringAsync(ct))!);
            return Refusal is { } status ? Answer(status, $$"""{"kind":"Status","code":{{(int)status}},"message":"no"}""") : Answer(HttpStatusCode.OK, Answers ?? Web);
        }

        private static HttpResponseMessage Answer(HttpStatusCode status, string body) => new(status) { Content = new StringContent(body) };
    }

    private sealed class Lines : ILogger
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Warnings.Add(formatter(state, exception));
    }
}
