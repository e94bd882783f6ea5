using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

public sealed class WorkloadControllerTests
{
    [Fact]
    public async Task Deployment_Created_BecomesAReplicaSetAndItsPods()
    {
        await using var cluster = new TestCluster("deployment,replicaset");
        var deployment = await cluster.CreateDeploymentAsync("web", 3);
        var state = await cluster.Store.UntilAsync(s => s.List("pods").Count() == 3, "three pods");
        var set = state.List("replicasets.apps").ShouldHaveSingleItem();
        set.Controller!.Uid.ShouldBe(deployment.Uid);
        set.Name.ShouldMatch("^web-[bcdfghjklmnpqrstvwxz2456789]{8,10}$");
        var hash = set.Labels["pod-template-hash"];
        foreach (var pod in state.List("pods"))
        {
            (pod.Controller!.Uid, pod.Labels["pod-template-hash"], pod.Labels["app"]).ShouldBe((set.Uid, hash, "web"));
            pod.Name.ShouldStartWith(set.Name + "-");
        }
        await cluster.Store.UntilAsync(s => Status(s, "replicas") == 3, "the count in the status");
        cluster.Store.Find(deployment)!.View.Text("metadata", "annotations", "deployment.kubernetes.io/revision").ShouldBe("1");
    }

    [Fact]
    public async Task Deployment_ReadyPods_IsCompleteAndAvailable()
    {
        await using var cluster = new TestCluster();
        await cluster.CreateNodeAsync("n1");
        await cluster.CreateDeploymentAsync("web", 2);
        await cluster.RunPodsUntilAsync(s => Condition(s, "Progressing") == "True/NewReplicaSetAvailable", "complete");
        var state = cluster.Store.Store.State;
        Condition(state, "Available").ShouldBe("True/MinimumReplicasAvailable");
        ((string[])["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"]).ShouldAllBe(count => Status(state, count) == 2);
        state.List("deployments.apps").Single().View.Number("status", "observedGeneration").ShouldBe(1);
    }

    [Fact]
    public async Task Deployment_NewTemplate_RollsWithinItsBounds()
    {
        await using var cluster = new TestCluster();
        await cluster.CreateNodeAsync("n1");
        var deployment = await cluster.CreateDeploymentAsync("web", 4, "strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}");
        await cluster.RunPodsUntilAsync(s => Status(s, "availableReplicas") == 4, "four pods before the update");

        var (most, least) = (0, int.MaxValue);
        await cluster.Store.UpdateAsync(deployment, d => d.Objects("spec", "template", "spec", "containers").Single()["image"] = "i:2");
        await cluster.RunPodsUntilAsync(s =>
        {
            var active = s.List("pods").Where(PodState.IsActive).ToList();
            most = Math.Max(most, active.Count);
            least = Math.Min(least, active.Count(PodState.IsReady));
            return s.List("pods").Count(p => p.View.Objects("spec", "containers").Single().Text("image") == "i:2") == 4
                && Condition(s, "Progressing") == "True/NewReplicaSetAvailable" && Status(s, "replicas") == 4;
        }, "rolled out");
        most.ShouldBeLessThanOrEqualTo(5);
        least.ShouldBeGreaterThanOrEqualTo(3);
        var sets = cluster.Store.List("replicasets.apps");
        sets.Select(DeploymentController.Revision).Order().ShouldBe([1, 2]);
        sets.OrderBy(DeploymentController.Revision).Select(s => s.View.Number("spec", "replicas")).ShouldBe([0, 4]);
    }

    [Fact]
    public async Task Deployment_BackToAnEarlierTemplate_ReusesItsReplicaSet()
    {
        await using var cluster = new TestCluster();
        await cluster.CreateNodeAsync("n1");
        var deployment = await cluster.CreateDeploymentAsync("web", 1);
        await cluster.RunPodsUntilAsync(s => Condition(s, "Progressing") == "True/NewReplicaSetAvailable", "the first");
        var first = cluster.Store.List("replicasets.apps").Single().Name;
        foreach (var image in (string[])["i:2", "i:1"])
        {
            await cluster.Store.UpdateAsync(deployment, d => d.Objects("spec", "template", "spec", "containers").Single()["image"] = image);
            await cluster.RunPodsUntilAsync(s => s.List("pods").Any() && s.List("pods").All(p => p.View.Objects("spec", "containers").Single().Text("image") == image)
                && Condition(s, "Progressing") == "True/NewReplicaSetAvailable", image);
        }
        var sets = cluster.Store.List("replicasets.apps");
        sets.Count.ShouldBe(2);
        DeploymentController.Revision(sets.Single(s => s.Name == first)).ShouldBe(3);
    }

    [Fact]
    public async Task Deployment_Recreate_HasNoPodOfBothTemplatesAtOnce()
    {
        await using var cluster = new TestCluster();
        await cluster.CreateNodeAsync("n1");
        var deployment = await cluster.CreateDeploymentAsync("web", 2, "strategy: {type: Recreate}");
        await cluster.RunPodsUntilAsync(s => Status(s, "availableReplicas") == 2, "before");
        await cluster.Store.UpdateAsync(deployment, d => d.Objects("spec", "template", "spec", "containers").Single()["image"] = "i:2");
        await cluster.RunPodsUntilAsync(s =>
        {
            var images = s.List("pods").Where(PodState.IsActive).Select(p => p.View.Objects("spec", "containers").Single().Text("image")).Distinct().ToList();
            images.Count.ShouldBeLessThanOrEqualTo(1);
            return images is ["i:2"] && Status(s, "availableReplicas") == 2;
        }, "recreated");
    }

    [Fact]
    public async Task Deployment_Paused_DoesNotRollButScales()
    {
        await using var cluster = new TestCluster("deployment,replicaset");
        var deployment = await cluster.CreateDeploymentAsync("web", 1);
        await cluster.Store.UntilAsync(s => s.List("pods").Count() == 1, "running");
        await cluster.Store.UpdateAsync(deployment, d =>
        {
            d.Need("spec")["paused"] = true;
            d.Objects("spec", "template", "spec", "containers").Single()["image"] = "i:2";
        });
        await cluster.Store.UntilAsync(s => s.List("deployments.apps").Single().View.Number("status", "observedGeneration") == 2, "seen");
        cluster.Store.List("replicasets.apps").Count.ShouldBe(1);
    }

    [Fact]
    public async Task Deployment_ManyTemplates_KeepsAsManyReplicaSetsAsItsHistoryAllows()
    {
        await using var cluster = new TestCluster();
        await cluster.CreateNodeAsync("n1");
        var deployment = await cluster.CreateDeploymentAsync("web", 1, "revisionHistoryLimit: 2");
        for (var i = 2; i <= 6; i++)
        {
            var image = $"i:{i}";
            await cluster.Store.UpdateAsync(deployment, d => d.Objects("spec", "template", "spec", "containers").Single()["image"] = image);
            await cluster.RunPodsUntilAsync(s => s.List("pods").Any(p => p.View.Objects("spec", "containers").Single().Text("image") == image)
                && Condition(s, "Progressing") == "True/NewReplicaSetAvailable" && Status(s, "replicas") == 1, image);
        }
        await cluster.Store.UntilAsync(s => s.List("replicasets.apps").Count() == 3, "two old ones and the new one");
    }

    [Fact]
    public async Task ReplicaSet_ScaledDown_TakesPodsThatAreNotReadyFirst()
    {
        await using var cluster = new TestCluster("deployment,replicaset,scheduler");
        await cluster.CreateNodeAsync("n1");
        var deployment = await cluster.CreateDeploymentAsync("web", 3);
        var state = await cluster.Store.UntilAsync(s => s.List("pods").Count(p => PodState.Node(p).Length > 0) == 3, "three on the node");
        var ready = state.List("pods").First();
        await cluster.ReportAsync(ready, "10.244.0.1");
        await cluster.Store.UpdateAsync(deployment, d => d.Need("spec")["replicas"] = 1);
        state = await cluster.Store.UntilAsync(s => s.List("pods").Count(p => p.Deleting is null) == 1, "one left");
        state.List("pods").Single(p => p.Deleting is null).Name.ShouldBe(ready.Name);
    }

    [Fact]
    public async Task ReplicaSet_PodGone_MakesAnother()
    {
        await using var cluster = new TestCluster("deployment,replicaset");
        await cluster.CreateDeploymentAsync("web", 2);
        var state = await cluster.Store.UntilAsync(s => s.List("pods").Count() == 2, "two");
        var lost = state.List("pods").First();
        await cluster.Store.DeleteAsync(lost);
        await cluster.Store.UntilAsync(s => s.List("pods").Count() == 2 && s.Find(lost.Key) is null, "two again");
    }

    [Fact]
    public async Task ReplicaSet_PodRelabelled_LetsItGoAndMakesAnother()
    {
        await using var cluster = new TestCluster("deployment,replicaset");
        await cluster.CreateDeploymentAsync("web", 1);
        var state = await cluster.Store.UntilAsync(s => s.List("pods").Count() == 1, "one");
        var freed = state.List("pods").Single();
        await cluster.Store.UpdateAsync(freed, p => p.Need("metadata", "labels")["app"] = "looked-at");
        state = await cluster.Store.UntilAsync(s => s.List("pods").Count() == 2 && s.Find(freed.Key)!.Owners.Count == 0, "another");
        state.Find(freed.Key)!.Deleting.ShouldBeNull();
    }

    [Fact]
    public async Task Deployment_Deleted_TakesEverythingWithIt()
    {
        await using var cluster = new TestCluster("deployment,replicaset,garbagecollector");
        var deployment = await cluster.CreateDeploymentAsync("web", 2);
        await cluster.Store.UntilAsync(s => s.List("pods").Count() == 2, "two");
        await cluster.Store.DeleteAsync(deployment);
        await cluster.Store.UntilAsync(s => !s.List("pods").Any() && !s.List("replicasets.apps").Any(), "nothing");
    }

    [Fact]
    public async Task Deployment_DeletedInTheForeground_GoesLast()
    {
        await using var cluster = new TestCluster("deployment,replicaset,garbagecollector,scheduler");
        await cluster.CreateNodeAsync("n1");
        var deployment = await cluster.CreateDeploymentAsync("web", 1);
        var state = await cluster.Store.UntilAsync(s => s.List("pods").Any(p => PodState.Node(p) == "n1"), "one");
        (await cluster.Store.DeleteAsync(deployment, new DeleteOptions(Propagation: Propagation.Foreground))).Gone.ShouldBeFalse();
        state = await cluster.Store.UntilAsync(s => s.List("pods").Single().Deleting is not null, "the pod is told");
        state.List("deployments.apps").ShouldHaveSingleItem();
        await cluster.Store.DeleteAsync(state.List("pods").Single(), DeleteOptions.Now(state.List("pods").Single().Uid));
        await cluster.Store.UntilAsync(s => !s.List("deployments.apps").Any() && !s.List("replicasets.apps").Any(), "all gone");
    }

    [Fact]
    public async Task Deployment_DeletedWithOrphans_LeavesItsReplicaSet()
    {
        await using var cluster = new TestCluster("deployment,replicaset,garbagecollector");
        var deployment = await cluster.CreateDeploymentAsync("web", 1);
        await cluster.Store.UntilAsync(s => s.List("pods").Count() == 1, "one");
        await cluster.Store.DeleteAsync(deployment, new DeleteOptions(Propagation: Propagation.Orphan));
        var state = await cluster.Store.UntilAsync(s => !s.List("deployments.apps").Any(), "gone");
        state.List("replicasets.apps").Single().Owners.ShouldBeEmpty();
        state.List("pods").Count().ShouldBe(1);
    }

    [Fact]
    public async Task Host_StartedLate_CatchesUp()
    {
        using var store = new TestStore();
        await store.CreateAsync("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}");
        var context = new ControllerContext(store.Store, store.Writer, store.Registry, TimeProvider.System);
        await using var host = new ControllerHost(context, ControllerSet.All, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await store.UntilAsync(s => s.List("pods").Count() == 2, "two");
    }

    private static long Status(StoreState state, string count) => state.List("deployments.apps").Single().View.Number("status", count) ?? 0;

    private static string? Condition(StoreState state, string type) =>
        state.List("deployments.apps").Single().View.Objects("status", "conditions").Where(c => c.Text("type") == type)
            .Select(c => $"{c.Text("status")}/{c.Text("reason")}").FirstOrDefault();
}
