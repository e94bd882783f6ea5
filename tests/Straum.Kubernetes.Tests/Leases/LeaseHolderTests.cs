using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Straum.Kubernetes.Support;
using static Straum.Kubernetes.Support.ScriptedApi;

namespace Straum.Kubernetes.Leases;

public sealed class LeaseHolderTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2.4);

    private readonly ManualTime _time = new();
    private readonly LeaseServer _server = new();

    [Fact]
    public async Task AFreeLease_IsAcquiredRenewedAndReleased()
    {
        var a = await StartAsync("a");
        a.Holder.IsHeld.ShouldBeTrue();
        a.Events.ShouldBe(["acquired"]);
        var first = _server.Spec!.DeepClone();
        await StepAsync(a);
        _server.Spec!["renewTime"]!.ToString().ShouldNotBe(first["renewTime"]!.ToString());
        _server.Spec["acquireTime"]!.ToString().ShouldBe(first["acquireTime"]!.ToString());
        _server.Spec["leaseTransitions"]!.GetValue<int>().ShouldBe(0);
        _server.Lease!["metadata"]!["labels"] = new JsonObject { ["someone"] = "elses" };
        _server.Touch();
        await StepAsync(a);
        await StepAsync(a);
        await a.StopAsync();
        a.Events.ShouldBe(["acquired", "lost"]);
        _server.Spec["holderIdentity"]!.ToString().ShouldBe("");
        _server.Lease["metadata"]!["labels"]!["someone"]!.ToString().ShouldBe("elses");
    }

    [Fact]
    public async Task AHeldLease_IsTakenOnlyAfterItStoodStillForItsDuration()
    {
        var a = await StartAsync("a");
        var b = await StartAsync("b");
        for (var i = 0; i < 20; i++)
        {
            await StepAsync(a, b);
        }
        (a.Holder.IsHeld, b.Holder.IsHeld, b.Holder.Holder).ShouldBe((true, false, "a"));

        // a is cut off: it must know that it lost the lease before b takes it.
        _server.Unreachable = "a";
        while (!b.Holder.IsHeld)
        {
            if (a.Holder.IsHeld)
            {
                b.Holder.IsHeld.ShouldBeFalse();
            }
            await StepAsync(a, b);
        }
        a.Holder.IsHeld.ShouldBeFalse();
        a.Events.ShouldBe(["acquired", "lost"]);
        b.Events.ShouldBe(["acquired"]);
        _server.Spec!["leaseTransitions"]!.GetValue<int>().ShouldBe(1);
        _server.Unreachable = "";
        await StepAsync(a, b);
        a.Holder.IsHeld.ShouldBeFalse();
        await a.StopAsync();
        await b.StopAsync();
    }

    [Fact]
    public async Task TimestampsOfAnotherClock_DoNotCount()
    {
        // Held by someone whose clock is a year behind: expired by its own account, and still alive by ours.
        _server.Put("c", renewTime: "2025-01-01T00:00:00.000000Z", seconds: 15);
        var a = await StartAsync("a");
        await StepAsync(a);
        a.Holder.IsHeld.ShouldBeFalse();
        for (var i = 0; i < 6; i++)
        {
            await StepAsync(a);
        }
        a.Holder.IsHeld.ShouldBeTrue();
        await a.StopAsync();
    }

    [Fact]
    public async Task OfTwo_ThatCreateAtOnce_OneGetsAConflict()
    {
        _server.BeforeWrite = () =>
        {
            _server.BeforeWrite = null;
            _server.Put("b", "2026-01-01T00:00:00.000000Z", 15);
        };
        var a = await StartAsync("a");
        (a.Holder.IsHeld, a.Holder.Holder, a.Holder.LastError!.Contains("409")).ShouldBe((false, "b", true));
        await a.StopAsync();
        a.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task ALease_ThatSomeoneTookFromUs_IsLostAtOnce()
    {
        var a = await StartAsync("a");
        _server.Put("b", "2026-01-01T00:00:00.000000Z", 15);
        await StepAsync(a);
        (a.Holder.IsHeld, a.Holder.Holder).ShouldBe((false, "b"));
        a.Events.ShouldBe(["acquired", "lost"]);
        await a.StopAsync();
    }

    [Fact]
    public async Task ALease_ThatSomeoneOnlyLabelled_StaysOurs()
    {
        var a = await StartAsync("a");
        _server.Touch();
        await StepAsync(a);
        await StepAsync(a);
        a.Holder.IsHeld.ShouldBeTrue();
        a.Events.ShouldBe(["acquired"]);
        await a.StopAsync();
    }

    [Fact]
    public async Task ARestart_UnderTheSameName_ResumesAtOnce()
    {
        _server.Put("a", "2026-01-01T00:00:00.000000Z", 15);
        var a = await StartAsync("a");
        a.Holder.IsHeld.ShouldBeTrue();
        await a.StopAsync();
    }

    [Fact]
    public void Options_ThatCouldLetTwoHold_AreRefused() =>
        new LeaseOptions { Lease = new("d", "l"), Identity = "", RenewDeadline = TimeSpan.FromSeconds(15) }.Validate().Count.ShouldBe(2);

    private async Task<Candidate> StartAsync(string name)
    {
        var candidate = new Candidate(name, _server, _time);
        await candidate.IdleAsync();
        return candidate;
    }

    /// <summary>Lets a retry period pass and every candidate make its attempt.</summary>
    private async Task StepAsync(params Candidate[] candidates)
    {
        _time.Advance(Step);
        foreach (var candidate in candidates)
        {
            await candidate.IdleAsync();
        }
    }

    private sealed class Candidate : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly PauseSignal _pauses;
        private readonly Task _run;

        public Candidate(string name, LeaseServer server, ManualTime time)
        {
            _pauses = new PauseSignal(time);
            var client = server.Client(name, _pauses);
            Holder = new LeaseHolder(client, new LeaseOptions { Lease = new("d", "l"), Identity = name }, _pauses, new Random(1));
            Holder.Acquired += () => Events.Add("acquired");
            Holder.Lost += () => Events.Add("lost");
            _run = Holder.RunAsync(_stop.Token);
        }

        public LeaseHolder Holder { get; }

        public List<string> Events { get; } = [];

        /// <summary>Waits until the candidate pauses between two attempts.</summary>
        public Task IdleAsync() => _pauses.NextAsync();

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _run;
            Dispose();
        }

        public void Dispose() => _stop.Dispose();
    }

    /// <summary>A clock that says when somebody starts to pause.</summary>
    private sealed class PauseSignal(ManualTime time) : TimeProvider
    {
        private readonly Channel<bool> _paused = Channel.CreateUnbounded<bool>();

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = time.CreateTimer(callback, state, dueTime, period);
            if (dueTime >= TimeSpan.FromSeconds(2) && dueTime <= Step)
            {
                _paused.Writer.TryWrite(true);
            }
            return timer;
        }

        public Task NextAsync() => _paused.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>One lease with optimistic concurrency.</summary>
    private sealed class LeaseServer
    {
        private int _version;

        public JsonObject? Lease { get; private set; }

        public JsonObject? Spec => Lease?["spec"] as JsonObject;

        public string Unreachable { get; set; } = "";

        public Action? BeforeWrite { get; set; }

        public Client.KubernetesClient Client(string name, TimeProvider time) =>
            new ScriptedApi(request => Unreachable == name ? throw new HttpRequestException("no route to host") : Answer(request)).Client(time);

        public void Put(string holder, string renewTime, int seconds) => Store(new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "l", ["namespace"] = "d" },
            ["spec"] = new JsonObject { ["holderIdentity"] = holder, ["renewTime"] = renewTime, ["leaseDurationSeconds"] = seconds },
        });

        /// <summary>Someone else changes something.</summary>
        public void Touch() => Store(Lease!);

        private HttpResponseMessage Answer(HttpRequestMessage request)
        {
            if (request.Method == HttpMethod.Get)
            {
                return Lease is null ? Refused(HttpStatusCode.NotFound, "NotFound") : Json(Lease.ToJsonString());
            }
            BeforeWrite?.Invoke();
            var body = JsonNode.Parse(request.Content!.ReadAsStringAsync().Result)!.AsObject();
            var fits = request.Method == HttpMethod.Post
                ? Lease is null
                : body["metadata"]!["resourceVersion"]?.ToString() == Lease?["metadata"]!["resourceVersion"]!.ToString();
            if (!fits)
            {
                return Refused(HttpStatusCode.Conflict, "Conflict");
            }
            Store(body);
            return Json(Lease!.ToJsonString());
        }

        private void Store(JsonObject lease)
        {
            lease["metadata"]!["resourceVersion"] = $"{++_version}";
            Lease = lease;
        }
    }
}
