using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>A store with controllers, and nodes that the test plays itself.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly ControllerHost _controllers;

    public TestCluster(string controllers = "*", TimeSpan? quarantine = null)
    {
        Store = new TestStore();
        ControllerSet.TryParse(controllers, out var set, out var problem).ShouldBeTrue(problem);
        _controllers = new ControllerHost(
            new ControllerContext(Store.Store, Store.Writer, Store.Registry, TimeProvider.System), set!, NullLogger.Instance, quarantine);
    }

    public TestStore Store { get; }

    public async ValueTask DisposeAsync()
    {
        await _controllers.DisposeAsync();
        Store.Dispose();
    }

    public Task<StoredObject> CreateNodeAsync(string name, string more = "") => Store.CreateAsync(
        $"{{apiVersion: v1, kind: Node, metadata: {{name: {name}, labels: {{topology.kubernetes.io/zone: z-{name}}}}}, spec: {{{more}}}, status: {{conditions: [{{type: Ready, status: \"True\"}}]}}}}");

    public Task<StoredObject> CreateDeploymentAsync(string name, int replicas, string spec = "") => Store.CreateAsync(
        $"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}}}, spec: {{replicas: {replicas}, selector: {{matchLabels: {{app: {name}}}}}, " +
        $"template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: c, image: \"i:1\", ports: [{{name: http, containerPort: 8080}}]}}]}}}}{(spec.Length > 0 ? ", " + spec : "")}}}}}");

    public Task<StoredObject> CreatePodAsync(string name, string labels = "app: web", string spec = "") => Store.CreateAsync(
        $"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, labels: {{{labels}}}}}, spec: {{{(spec.Length > 0 ? spec + ", " : "")}containers: [{{name: c, image: i, ports: [{{name: http, containerPort: 8080}}]}}]}}}}");

    /// <summary>Reports a pod as running and ready, or as not ready, at an address.</summary>
    public Task<StoredObject> ReportAsync(StoredObject pod, string ip, bool ready = true) => Store.UpdateAsync(pod, p =>
    {
        p["status"] = TestStore.Parse(
            $"{{phase: Running, podIP: \"{ip}\", podIPs: [{{ip: \"{ip}\"}}, {{ip: \"fd44::{ip.Split('.')[^1]}\"}}], " +
            $"conditions: [{{type: Ready, status: \"{(ready ? "True" : "False")}\", lastTransitionTime: \"2026-01-01T00:00:00Z\"}}]}}");
    }, WriteScope.Status);

    /// <summary>Plays the kubelet until the condition holds: every pod with a node runs, every one that is told to end does.</summary>
    public async Task RunPodsUntilAsync(Func<StoreState, bool> condition, string because)
    {
        using var done = new CancellationTokenSource();
        var kubelet = Task.Run(async () =>
        {
            var addresses = 0;
            while (!done.IsCancellationRequested)
            {
                var state = Store.Store.State;
                foreach (var pod in state.List("pods").Where(p => PodState.Node(p).Length > 0))
                {
                    try
                    {
                        if (pod.Deleting is not null)
                        {
                            await Store.DeleteAsync(pod, DeleteOptions.Now(pod.Uid));
                        }
                        else if (!PodState.IsReady(pod))
                        {
                            await ReportAsync(pod, $"10.244.0.{++addresses}");
                        }
                    }
                    catch (ApiServer.Errors.StatusException)
                    {
                        // Deleted meanwhile.
                    }
                }
                if (ReferenceEquals(state, Store.Store.State))
                {
                    var events = new List<StoreEvent>();
                    Store.Store.AllEvents.TryRead(Store.Store.State.Revision, events, 1, out var changed);
                    await Task.WhenAny(changed, Task.Delay(Timeout.Infinite, done.Token));
                }
            }
        }, TestContext.Current.CancellationToken);
        await Store.UntilAsync(condition, because);
        await done.CancelAsync();
        await kubelet;
    }
}
