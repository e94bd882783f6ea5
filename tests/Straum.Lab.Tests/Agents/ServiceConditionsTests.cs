using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Agent.Daemon;
using Straum.Agent.Daemon.Conditions;
using Straum.Control.Problems;
using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Informers;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;
using Straum.Lab.ApiServer;

namespace Straum.Lab.Agents;

/// <summary>Two agents that have no room for the same Service, on one API server.</summary>
public sealed class ServiceConditionsTests(ServerFixture fixture) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly KubernetesClient _client = new(KubeConfigFile.Load(fixture.Kubeconfig));
    private readonly CancellationTokenSource _stop = new();
    private SnapshotSource _source = null!;
    private Task _watching = Task.CompletedTask;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static NamespacedName Web { get; } = new("default", "web");

    public async ValueTask InitializeAsync()
    {
        foreach (var node in (string[])["n1", "n2"])
        {
            await _client.CreateAsync(Kinds.Nodes, "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = node } }, Ct);
        }
        await _client.CreateAsync(Kinds.Services, Web.Namespace, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = Web.Name },
            ["spec"] = new JsonObject { ["ports"] = new JsonArray(new JsonObject { ["port"] = 80 }) },
        }, Ct);
        _source = new SnapshotSource(_client, AgentWatches.All, TimeProvider.System, Random.Shared);
        _watching = _source.RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        await _client.DeleteAsync(Kinds.Services, Web, CancellationToken.None);
        await _client.DeleteAsync(Kinds.Nodes, new("", "n1"), CancellationToken.None);
        await _client.DeleteAsync(Kinds.Nodes, new("", "n2"), CancellationToken.None);
        _client.Dispose();
    }

    [Fact]
    public async Task TwoNodesWithoutRoom_OneTells_AndTheOtherWhenThatIsOver()
    {
        // Someone else's condition is there, and stays.
        await _client.PatchStatusItemsAsync(Kinds.Services, Web, new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "example.org/Checked",
                    ["status"] = "True",
                    ["reason"] = "Fine",
                    ["message"] = "",
                    ["lastTransitionTime"] = "2026-01-02T03:04:05Z",
                }),
            },
        }, Ct);
        var (n1, n2) = (Agent("n1"), Agent("n2"));

        // :: Step 1: both know of no condition when they begin, and begin at once.
        var snapshot = await UntilAsync(s => s.Services.Find(Web) is not null && s.Nodes.Count == 2);
        Lack(n1, snapshot);
        Lack(n2, snapshot);
        await Task.WhenAll(n1.StepAsync(Ct), n2.StepAsync(Ct));
        snapshot = await UntilAsync(s => HolderIn(s) is not null);
        var first = HolderIn(snapshot)!;
        first.ShouldBeOneOf("n1", "n2");
        var (one, other, second) = first == "n1" ? (n1, n2, "n2") : (n2, n1, "n1");

        // :: Step 2: neither has anything to add, however often they look.
        Lack(one, snapshot);
        Lack(other, snapshot);
        (await one.StepAsync(Ct)).ShouldBeNull();
        (await other.StepAsync(Ct)).ShouldBeNull();
        (await new ApiServer.Kubectl.Kubectl(fixture.Kubeconfig)
            .RunAsync("get service web -o 'jsonpath={range .status.conditions[*]}{.type} {.status} {.reason} {.message}{\"\\n\"}{end}'"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Order().ShouldBe([
                "example.org/Checked True Fine ",
                $"straum.io/Programmed False NoRoom {first}: 10.96.0.9:80/Tcp is not served: the table services (64 entries) is full. Wait."]);

        // :: Step 3: the first finds room; what it said goes, and the other tells.
        one.Passed(new NodeLoopState { Snapshot = snapshot });
        (await one.StepAsync(Ct)).ShouldNotBeNull();
        snapshot = await UntilAsync(s => HolderIn(s) is null);
        Lack(other, snapshot);
        (await other.StepAsync(Ct)).ShouldNotBeNull();
        snapshot = await UntilAsync(s => HolderIn(s) == second);

        // :: Step 4: its node leaves the cluster. The first, which has room, cleans up after it.
        await _client.DeleteAsync(Kinds.Nodes, new("", second), Ct);
        snapshot = await UntilAsync(s => s.Nodes.Count == 1);
        one.Passed(new NodeLoopState { Snapshot = snapshot });
        (await one.StepAsync(Ct)).ShouldNotBeNull();
        await UntilAsync(s => HolderIn(s) is null);
        (await _client.GetJsonAsync(Kinds.Services, Web, Ct))["status"]!["conditions"]!.AsArray().ShouldHaveSingleItem()!["type"]!.GetValue<string>()
            .ShouldBe("example.org/Checked");
    }

    private static string? HolderIn(Snapshot snapshot) => ProgrammedCondition.HolderOf(snapshot.Services.Find(Web)!);

    private ServiceConditions Agent(string node) => new(_client, node, TimeProvider.System, Random.Shared, NullLogger.Instance);

    private static void Lack(ServiceConditions agent, Snapshot snapshot)
    {
        var problem = new Problem
        {
            Severity = Severity.Error,
            Object = new ObjectName("Service", Web),
            Message = "10.96.0.9:80/Tcp is not served: the table services (64 entries) is full.",
            Fix = "Wait.",
        };
        agent.Passed(new NodeLoopState { Snapshot = snapshot, Unplaced = [problem] });
        agent.Passed(new NodeLoopState { Snapshot = snapshot, Unplaced = [problem] });
    }

    private async Task<Snapshot> UntilAsync(Predicate<Snapshot> holds)
    {
        while (true)
        {
            if (await _source.NextAsync(Ct) is { AllSynced: true } snapshot && holds(snapshot))
            {
                return snapshot;
            }
        }
    }
}
