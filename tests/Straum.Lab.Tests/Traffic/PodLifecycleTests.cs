using System.Text.Json;
using Straum.Lab.Pods.Manifest;
using Straum.Linux;

namespace Straum.Lab.Traffic;

/// <summary>The lab's kubelet, with real processes.</summary>
[Collection(nameof(NativeLab))]
public sealed class PodLifecycleTests(NativeLab lab)
{
    [Fact]
    public async Task CommandThatEnds_UnderNever_Succeeds()
    {
        await using var pod = await RunAsync("once", """
            restartPolicy: Never
            containers:
            - { name: main, image: none, command: [sh, -c, 'echo "$WHO at $IP"'],
                env: [{ name: WHO, valueFrom: { fieldRef: { fieldPath: metadata.name } } }, { name: IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }] }
            """);
        await pod.UntilAsync("it succeeded", p => Phase(p) is "Succeeded");
        var address = (await lab.PodAsync("once"))!.Value.GetProperty("status").Text("podIP");
        File.ReadAllText(LabLogs.Find("once").Single()).ShouldBe($"once at {address}\n");
        await LabFixture.UntilAsync("a pod that has ended holds no network any more", () =>
            Task.FromResult(NetworkNamespace.List().Count(n => n.StartsWith("straum-n", StringComparison.Ordinal) && n.Length > "straum-n1".Length) == SampleApplication.Pods));
    }

    [Fact]
    public async Task CommandThatFails_UnderAlways_IsRestartedWithBackoff()
    {
        await using var pod = await RunAsync("crash", """
            containers: [{ name: main, image: none, command: [sh, -c, "exit 3"] }]
            """);
        await pod.UntilAsync("it backs off", p => Container(p)?.Part("state")?.Part("waiting")?.Text("reason") is "CrashLoopBackOff");
        await pod.UntilAsync("it was restarted", p => Container(p)?.Number("restartCount") >= 1);
        var last = Container((await lab.PodAsync("crash"))!.Value)!.Value.Part("lastState")!.Value.Part("terminated");
        last!.Value.Number("exitCode").ShouldBe(3);
    }

    [Fact]
    public async Task LivenessProbe_ThatFails_RestartsTheContainer()
    {
        await using var pod = await RunAsync("sick", """
            containers:
            - name: main
              image: none
              command: [sleep, "600"]
              livenessProbe: { exec: { command: ["false"] }, periodSeconds: 1, failureThreshold: 1 }
            """);
        await pod.UntilAsync("it was restarted", p => Container(p)?.Number("restartCount") >= 1);
        await LabFixture.UntilAsync("an Event says why", async () =>
            (await LabFixture.KubectlAsync("get events --field-selector involvedObject.name=sick")).Contains("Liveness probe of main failed"));
    }

    [Fact]
    public async Task ReadinessProbe_DecidesReady()
    {
        await using var pod = await RunAsync("shy", """
            containers:
            - name: main
              image: none
              command: [straum, echo, --http, "8080"]
              ports: [{ name: http, containerPort: 8080 }]
              readinessProbe: { httpGet: { port: http, path: /nothing }, periodSeconds: 1 }
            - { name: side, image: none, command: [sleep, "600"] }
            """);
        await pod.UntilAsync("it runs", p => Phase(p) is "Running");
        Ready((await lab.PodAsync("shy"))!.Value).ShouldBe("False");
    }

    [Fact]
    public async Task HostNetworkPod_HasTheNodesAddresses()
    {
        await using var pod = await RunAsync("host", """
            hostNetwork: true
            nodeName: n2
            containers: [{ name: main, image: none, command: [sleep, "600"] }]
            """);
        await pod.UntilAsync("it runs", p => Phase(p) is "Running");
        (await lab.PodAsync("host"))!.Value.GetProperty("status").Text("podIP").ShouldBe("172.30.0.12");
    }

    [Fact]
    public async Task Deletion_GivesTimeToEnd_ThenKills()
    {
        var mark = Path.Combine(LabPaths.Logs, "terminated");
        await using var pod = await RunAsync("stubborn", $$"""
            terminationGracePeriodSeconds: 2
            containers:
            - { name: polite, image: none, command: [bash, -c, 'trap "echo bye > {{mark}}; exit 0" TERM; > {{mark}}.polite; while :; do read -t 1 <> <(:); done'] }
            - { name: deaf, image: none, command: [bash, -c, 'trap "" TERM; > {{mark}}.deaf; while :; do read -t 1 <> <(:); done'] }
            """);
        await LabFixture.UntilAsync("both have set their traps", () => Task.FromResult(File.Exists(mark + ".polite") && File.Exists(mark + ".deaf")));
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        await LabFixture.KubectlAsync("delete pod stubborn --wait");
        var took = System.Diagnostics.Stopwatch.GetElapsedTime(started);

        File.ReadAllText(mark).ShouldBe("bye\n");
        took.TotalSeconds.ShouldBeInRange(1.9, 15);
        (await lab.PodAsync("stubborn")).ShouldBeNull();
    }

    [Fact]
    public async Task InitContainers_RunFirstAndInOrder()
    {
        await using var pod = await RunAsync("prepared", """
            initContainers:
            - { name: one, image: none, command: [sh, -c, "echo one > $FILE"], env: &env [{ name: FILE, value: /run/straum/lab/log/prepared }] }
            - { name: two, image: none, command: [sh, -c, "echo two >> $FILE"], env: *env }
            containers:
            - { name: main, image: none, command: [sh, -c, "echo main >> $FILE; exec sleep 600"], env: *env }
            """);
        await pod.UntilAsync("it is ready", p => Ready(p) is "True");
        // Without a probe, ready is who was started; it may not have written yet.
        await LabFixture.UntilAsync("the container wrote its line", () => Task.FromResult(File.ReadAllText("/run/straum/lab/log/prepared").EndsWith("main\n", StringComparison.Ordinal)));
        File.ReadAllLines("/run/straum/lab/log/prepared").ShouldBe(["one", "two", "main"]);
    }

    private async Task<TestPod> RunAsync(string name, string spec)
    {
        var indented = string.Join('\n', spec.Split('\n').Select(l => "  " + l));
        await LabFixture.KubectlAsync("apply -f -", $"apiVersion: v1\nkind: Pod\nmetadata: {{ name: {name} }}\nspec:\n{indented}\n");
        return new TestPod(lab, name);
    }

    private static string? Phase(JsonElement pod) => pod.Part("status")?.Text("phase");

    private static JsonElement? Container(JsonElement pod)
    {
        var containers = pod.Part("status")?.Items("containerStatuses").ToArray() ?? [];
        return containers.Length > 0 ? containers[0] : null;
    }

    private static string? Ready(JsonElement pod) =>
        pod.Part("status")?.Items("conditions").Where(c => c.Text("type") is "Ready").Select(c => c.Text("status")).FirstOrDefault();

    /// <summary>A pod that is removed after its test.</summary>
    private sealed class TestPod(NativeLab lab, string name) : IAsyncDisposable
    {
        public Task UntilAsync(string what, Func<JsonElement, bool> holds) => LabFixture.UntilAsync($"pod {name}: {what}", async () => await lab.PodAsync(name) is { } pod && holds(pod));

        public async ValueTask DisposeAsync() => await LabFixture.KubectlAsync($"delete pod {name} --ignore-not-found --wait --grace-period=1");
    }
}
