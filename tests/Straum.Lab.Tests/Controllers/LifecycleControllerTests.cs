using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Resources;

namespace Straum.Lab.Controllers;

public sealed class LifecycleControllerTests
{
    [Fact]
    public async Task Namespace_Created_GetsItsDefaultServiceAccountAndGetsItBack()
    {
        await using var cluster = new TestCluster("namespace");
        await cluster.Store.CreateAsync("{apiVersion: v1, kind: Namespace, metadata: {name: new}}");
        var state = await cluster.Store.UntilAsync(s => s.List("serviceaccounts", "new").Any(), "made");
        await cluster.Store.DeleteAsync(state.List("serviceaccounts", "new").Single());
        await cluster.Store.UntilAsync(s => s.List("serviceaccounts", "new").Any(), "made again");
    }

    [Fact]
    public async Task Namespace_Deleted_GoesWhenTheLastObjectInItHasGone()
    {
        await using var cluster = new TestCluster("namespace");
        var ns = await cluster.Store.CreateAsync("{apiVersion: v1, kind: Namespace, metadata: {name: going}}");
        await cluster.Store.CreateAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: going}}");
        var pod = await cluster.Store.CreateAsync("{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: going}, spec: {nodeName: n1, containers: [{name: a, image: b}]}}");
        await cluster.Store.DeleteAsync(ns);
        var state = await cluster.Store.UntilAsync(s => s.Find(pod.Key)!.Deleting is not null && !s.List("configmaps", "going").Any(), "emptied but for the pod");
        state.Find(ns.Key).ShouldNotBeNull();
        await cluster.Store.DeleteAsync(pod, DeleteOptions.Now(pod.Uid));
        await cluster.Store.UntilAsync(s => s.Find(ns.Key) is null, "gone");
    }

    [Fact]
    public async Task Dependent_OfAnOwnerThatIsNotThere_IsCollected()
    {
        await using var cluster = new TestCluster("garbagecollector");
        var owner = await cluster.Store.CreateAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: owner}}");
        var owned = await cluster.Store.CreateAsync(Owned("owned", owner.Uid));
        var lost = await cluster.Store.CreateAsync(Owned("lost", "no-such-uid"));
        var foreign = await cluster.Store.CreateAsync(
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: foreign, ownerReferences: [{apiVersion: example.com/v1, kind: Unknown, name: x, uid: y}]}}");
        var state = await cluster.Store.UntilAsync(s => s.Find(lost.Key) is null, "the one whose owner never was");
        state.Find(owned.Key).ShouldNotBeNull();
        state.Find(foreign.Key).ShouldNotBeNull("owners of kinds that are not served are not ours to judge");
        await cluster.Store.DeleteAsync(owner);
        await cluster.Store.UntilAsync(s => s.Find(owned.Key) is null, "with its owner");
    }

    [Fact]
    public async Task Dependent_OfTwoOwners_LosesOneAndStays()
    {
        await using var cluster = new TestCluster("garbagecollector");
        var first = await cluster.Store.CreateAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: first}}");
        var second = await cluster.Store.CreateAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: second}}");
        var owned = await cluster.Store.CreateAsync(
            $"{{apiVersion: v1, kind: Secret, metadata: {{name: owned, ownerReferences: [{{apiVersion: v1, kind: ConfigMap, name: first, uid: {first.Uid}}}, {{apiVersion: v1, kind: ConfigMap, name: second, uid: {second.Uid}}}]}}}}");
        await cluster.Store.DeleteAsync(first);
        await cluster.Store.UntilAsync(s => s.Find(owned.Key)!.Owners.Count == 1, "one owner left");
    }

    [Fact]
    public async Task Pod_OnANodeThatWasDeleted_IsDeletedWithoutTheNodesConsent()
    {
        await using var cluster = new TestCluster("podgc", quarantine: TimeSpan.Zero);
        var node = await cluster.CreateNodeAsync("n1");
        var pod = await cluster.CreatePodAsync("p", spec: "nodeName: n1");
        await cluster.Store.DeleteAsync(node);
        await cluster.Store.UntilAsync(s => s.Find(pod.Key) is null, "gone");
    }

    [Fact]
    public async Task Event_AnHourOld_IsDeleted()
    {
        await using var cluster = new TestCluster("eventexpiry");
        var old = await cluster.Store.CreateAsync("{apiVersion: v1, kind: Event, metadata: {name: old}, involvedObject: {kind: Pod, name: p}, lastTimestamp: \"2020-01-01T00:00:00Z\"}");
        var young = await cluster.Store.CreateAsync($"{{apiVersion: v1, kind: Event, metadata: {{name: young}}, involvedObject: {{kind: Pod, name: p}}, lastTimestamp: \"{DateTimeOffset.UtcNow.ToTimestamp()}\"}}");
        var state = await cluster.Store.UntilAsync(s => s.Find(old.Key) is null, "the old one gone");
        state.Find(young.Key).ShouldNotBeNull();
    }

    [Fact]
    public async Task Controllers_AtWork_TellTheStoryInEvents()
    {
        await using var cluster = new TestCluster("deployment,replicaset,scheduler");
        await cluster.CreateNodeAsync("n1");
        await cluster.CreateDeploymentAsync("web", 1);
        var state = await cluster.Store.UntilAsync(s => s.List("events").Count() >= 3, "three events");
        state.List("events").Select(e => $"{e.View.Text("involvedObject", "kind")} {e.View.Text("reason")}").ShouldBe(
            ["Deployment ScalingReplicaSet", "ReplicaSet SuccessfulCreate", "Pod Scheduled"], ignoreOrder: true);
    }

    [Fact]
    public async Task Definition_Deleted_TakesItsObjectsAndItsKind()
    {
        await using var cluster = new TestCluster("customresource");
        var definition = await cluster.Store.CreateAsync(
            "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: things.example.com}, spec: {group: example.com, scope: Cluster, names: {plural: things, kind: Thing}, " +
            "versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}}");
        await cluster.Store.CreateAsync("{apiVersion: example.com/v1, kind: Thing, metadata: {name: a}}");
        await cluster.Store.DeleteAsync(definition);
        await cluster.Store.UntilAsync(s => s.Find(definition.Key) is null && !s.List("things.example.com").Any(), "gone");
        cluster.Store.Registry.Find("example.com", "v1", "things").ShouldBeNull();
    }

    private static string Owned(string name, string uid) =>
        $"{{apiVersion: v1, kind: Secret, metadata: {{name: {name}, ownerReferences: [{{apiVersion: v1, kind: ConfigMap, name: owner, uid: {uid}}}]}}}}";
}
