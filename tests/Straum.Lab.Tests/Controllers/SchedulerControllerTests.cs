using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

public sealed class SchedulerControllerTests
{
    [Fact]
    public async Task PodsOfOneOwner_AreSpreadOverTheNodes()
    {
        await using var cluster = new TestCluster("deployment,replicaset,scheduler");
        foreach (var node in (string[])["n1", "n2", "n3"])
        {
            await cluster.CreateNodeAsync(node);
        }
        await cluster.CreateDeploymentAsync("a", 2);
        await cluster.CreateDeploymentAsync("b", 6);
        var state = await cluster.Store.UntilAsync(s => s.List("pods").Count(p => PodState.Node(p).Length > 0) == 8, "all placed");
        state.List("pods").Where(p => p.Labels["app"] == "b").GroupBy(PodState.Node).Select(g => g.Count()).ShouldBe([2, 2, 2]);
        state.List("pods").Where(p => p.Labels["app"] == "a").Select(PodState.Node).Distinct().Count().ShouldBe(2);
    }

    [Theory]
    [InlineData("nodeSelector: {topology.kubernetes.io/zone: z-n2}", "n2")]
    [InlineData("affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [z-n2]}]}]}}}", "n2")]
    [InlineData("affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [n2]}]}]}}}", "n2")]
    [InlineData("tolerations: [{key: only, operator: Exists}], nodeSelector: {topology.kubernetes.io/zone: z-n3}", "n3")]
    [InlineData("tolerations: [{key: only, value: \"yes\", effect: NoSchedule}], nodeSelector: {topology.kubernetes.io/zone: z-n3}", "n3")]
    [InlineData("nodeName: elsewhere", "elsewhere")]
    public async Task Pod_ThatAsks_GetsTheNodeItAsksFor(string spec, string expected)
    {
        await using var cluster = new TestCluster("scheduler");
        await cluster.CreateNodeAsync("n1");
        await cluster.CreateNodeAsync("n2");
        await cluster.CreateNodeAsync("n3", "taints: [{key: only, value: \"yes\", effect: NoSchedule}]");
        var pod = await cluster.CreatePodAsync("p", spec: spec);
        await cluster.Store.UntilAsync(s => PodState.Node(s.Find(pod.Key)!) == expected, expected);
    }

    [Fact]
    public async Task Pod_ThatFitsNowhere_SaysWhyAndIsPlacedWhenANodeBecomesFit()
    {
        await using var cluster = new TestCluster("scheduler");
        var cordoned = await cluster.CreateNodeAsync("n1", "unschedulable: true");
        await cluster.CreateNodeAsync("n2", "taints: [{key: a, value: b, effect: NoSchedule}]");
        await cluster.Store.CreateAsync("{apiVersion: v1, kind: Node, metadata: {name: n3}}");
        var pod = await cluster.CreatePodAsync("p");
        var state = await cluster.Store.UntilAsync(s => Scheduled(s, pod) is not null, "the condition");
        var condition = Scheduled(state, pod)!;
        (condition.Text("status"), condition.Text("reason")).ShouldBe(("False", "Unschedulable"));
        condition.Text("message").ShouldBe(
            "0/3 nodes are available: 1 node(s) had untolerated taint {a: b}, 1 node(s) were not ready, 1 node(s) were unschedulable.");
        await cluster.Store.UpdateAsync(cordoned, n => n.Need("spec").Remove("unschedulable"));
        state = await cluster.Store.UntilAsync(s => PodState.Node(s.Find(pod.Key)!) == "n1", "placed");
        Scheduled(state, pod)!.Text("status").ShouldBe("True");
    }

    [Theory]
    [InlineData("schedulerName: another")]
    [InlineData("schedulingGates: [{name: wait}]")]
    public async Task Pod_ThatIsNotOurs_IsLeftAlone(string spec)
    {
        await using var cluster = new TestCluster("scheduler");
        await cluster.CreateNodeAsync("n1");
        var other = await cluster.CreatePodAsync("other", spec: spec);
        var mine = await cluster.CreatePodAsync("mine");
        var state = await cluster.Store.UntilAsync(s => PodState.Node(s.Find(mine.Key)!) == "n1", "mine is placed");
        PodState.Node(state.Find(other.Key)!).ShouldBe("");
    }

    private static JsonObject? Scheduled(StoreState state, StoredObject pod) =>
        state.Find(pod.Key)!.View.Objects("status", "conditions").FirstOrDefault(c => c.Text("type") == "PodScheduled");
}
