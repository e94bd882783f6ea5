using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Straum.Lab.Pods.Containers;
using Straum.Lab.Pods.Manifest;
using Straum.Lab.Processes;

namespace Straum.Lab.Pods.Status;

public sealed class PodStatusTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly IPAddress[] Host = [IPAddress.Parse("172.30.0.11"), IPAddress.Parse("fd30::11")];
    private static readonly IPAddress[] Addresses = [IPAddress.Parse("10.244.1.5"), IPAddress.Parse("fd44:0:0:1::5")];
    private static readonly ContainerState Waiting = new() { Name = "main" };
    private static readonly ContainerState Running = Waiting with { Waiting = null, RunningSince = Noon, Started = true, Ready = true };
    private static readonly ContainerState Crashing = Waiting with { Waiting = new("CrashLoopBackOff", ""), Terminated = Ended(1), Restarts = 2 };
    private static readonly ContainerState Completed = Waiting with { Waiting = null, Terminated = Ended(0) };
    private static readonly ContainerState Failed = Waiting with { Waiting = null, Terminated = Ended(3) };

    [Fact]
    public void Phase_OfContainers_FollowsThePodLifecycle()
    {
        Phase("Never", [], Waiting).ShouldBe("Pending");
        Phase("Always", [], Running).ShouldBe("Running");
        Phase("Always", [], Crashing).ShouldBe("Running");
        Phase("Always", [], Running, Waiting).ShouldBe("Pending");
        Phase("Never", [], Completed, Running).ShouldBe("Running");
        Phase("Never", [], Completed, Completed).ShouldBe("Succeeded");
        Phase("Never", [], Completed, Failed).ShouldBe("Failed");
        Phase("Never", [Failed], Waiting).ShouldBe("Failed");
        Phase("Always", [Completed], Waiting).ShouldBe("Pending");
    }

    [Fact]
    public void Compose_ReadyPod_HasAddressesAndConditions()
    {
        var status = new PodStatus(Noon).Compose(Pod("Always"), Host, Addresses, [], [Running], Noon);
        ((string)status["podIP"]!).ShouldBe("10.244.1.5");
        status["podIPs"]!.ToJsonString().ShouldBe("""[{"ip":"10.244.1.5"},{"ip":"fd44:0:0:1::5"}]""");
        ((string)status["hostIP"]!).ShouldBe("172.30.0.11");
        Conditions(status).ShouldBe(["PodReadyToStartContainers=True", "Initialized=True", "Ready=True", "ContainersReady=True", "PodScheduled=True"]);
        status["containerStatuses"]![0]!["state"]!["running"]!["startedAt"]!.GetValue<string>().ShouldBe("2026-01-01T12:00:00Z");
    }

    [Fact]
    public void Compose_NewPod_ClearsAddressesAndNamesWhoIsNotReady()
    {
        var status = new PodStatus(Noon).Compose(Pod("Always"), Host, [], [Waiting], [Waiting], Noon);
        // Null removes the field in a merge patch.
        status.ContainsKey("podIP").ShouldBeTrue();
        status["podIP"].ShouldBeNull();
        Conditions(status).ShouldBe(["PodReadyToStartContainers=False", "Initialized=False", "Ready=False", "ContainersReady=False", "PodScheduled=True"]);
        status["conditions"]![2]!["message"]!.GetValue<string>().ShouldBe("containers with unready status: [main]");
    }

    [Fact]
    public void Compose_SameFactsLater_GivesTheSameStatus()
    {
        var composer = new PodStatus(Noon);
        var first = composer.Compose(Pod("Always"), Host, Addresses, [], [Running], Noon);
        var later = composer.Compose(Pod("Always"), Host, Addresses, [], [Running], Noon.AddHours(1));
        JsonNode.DeepEquals(first, later).ShouldBeTrue();

        var changed = composer.Compose(Pod("Always"), Host, Addresses, [], [Running with { Ready = false }], Noon.AddHours(2));
        changed["conditions"]![2]!["lastTransitionTime"]!.GetValue<string>().ShouldBe("2026-01-01T14:00:00Z");
        changed["conditions"]![1]!["lastTransitionTime"]!.GetValue<string>().ShouldBe("2026-01-01T12:00:00Z");
    }

    [Fact]
    public void Compose_CrashingContainer_ShowsTheLastEnd()
    {
        var status = new PodStatus(Noon).Compose(Pod("Always"), Host, Addresses, [], [Crashing], Noon);
        var container = status["containerStatuses"]![0]!;
        container["state"]!["waiting"]!["reason"]!.GetValue<string>().ShouldBe("CrashLoopBackOff");
        container["lastState"]!["terminated"]!["exitCode"]!.GetValue<int>().ShouldBe(1);
        container["restartCount"]!.GetValue<int>().ShouldBe(2);
    }

    private static string Phase(string policy, ContainerState[] init, params ContainerState[] containers) =>
        PodStatus.PhaseOf(Pod(policy), init, containers);

    private static PodManifest Pod(string policy) => PodManifest.Read(JsonElement.Parse(
        $$"""{"metadata":{"name":"a","namespace":"b","uid":"c"},"spec":{"containers":[],"restartPolicy":"{{policy}}"} }"""));

    private static TerminatedState Ended(int code) => new(new ProcessExit(code), Noon, Noon);

    private static IEnumerable<string> Conditions(JsonObject status) =>
        status["conditions"]!.AsArray().Select(c => $"{c!["type"]}={c["status"]}");
}
