using System.Net;
using Straum.Control.Addressing;

namespace Straum.Agent.Cni;

public sealed class CniConcurrencyTests
{
    private const int Pods = 100;

    [Fact]
    public async Task Adds_AHundredAtOnce_GiveUniqueAddressesAndDelsLeaveNothing()
    {
        await using var node = await TestNode.StartAsync();
        var pods = Enumerable.Range(0, Pods).Select(i => (Id: $"c{i}", Space: node.NewPodNamespace())).ToList();

        var results = await Task.WhenAll(pods.Select(p => node.AddAsync(p.Id, p.Space)));

        var addresses = results.SelectMany(r => r["ips"]!.AsArray()).Select(i => i!["address"]!.GetValue<string>()).ToList();
        addresses.Count.ShouldBe(2 * Pods);
        addresses.Distinct().Count().ShouldBe(2 * Pods);
        node.HostLinks().Count.ShouldBe(Pods);
        node.Datapath.Pods.Count.ShouldBe(Pods);

        var dels = await Task.WhenAll(pods.Select(p => node.CallAsync("DEL", p.Id, p.Space.Namespace.Path)));

        dels.ShouldAllBe(d => d == new PluginRun(0, "", ""));
        node.HostLinks().ShouldBeEmpty();
        node.Datapath.Pods.ShouldBeEmpty();
        node.Registry.Pods.ShouldBeEmpty();
        node.Registry.Pools[0].Quarantined.ShouldBe(Pods);
    }

    [Fact]
    public async Task Del_WhileItsAddRuns_WaitsAndThenRemovesAll()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        using var inAttach = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        node.Datapath.Before = (step, _) =>
        {
            if (step == "attach")
            {
                inAttach.Release();
                goOn.Wait();
            }
        };
        var add = node.AddAsync("c1", pod);
        await inAttach.WaitAsync(TestContext.Current.CancellationToken);
        var delete = node.DeleteAsync("c1", pod.Namespace.Path);

        node.Attachments.IdleFor.ShouldBe(TimeSpan.Zero);

        // Another container is not held up meanwhile.
        await node.DeleteAsync("c2");
        delete.IsCompleted.ShouldBeFalse();
        goOn.Release();
        await add;
        await delete;
        node.Clock.Advance(TimeSpan.FromSeconds(3));

        node.Attachments.IdleFor.ShouldBe(TimeSpan.FromSeconds(3));
        node.HostLinks().ShouldBeEmpty();
        node.Registry.Pods.ShouldBeEmpty();
    }

    [Fact]
    public async Task Calls_InAnyMixtureForFewContainers_LeaveAConsistentNode()
    {
        await using var node = await TestNode.StartAsync("10.244.1.0/28");
        var spaces = Enumerable.Range(0, 6).Select(_ => node.NewPodNamespace()).ToList();
        var random = new Random(7);
        var plan = Enumerable.Range(0, 120).Select(_ => (Pod: random.Next(spaces.Count), Add: random.Next(2) == 0)).ToList();

        await Task.WhenAll(plan.Select(async step =>
        {
            var owner = new AddressOwner($"c{step.Pod}", "eth0");
            if (step.Add)
            {
                await node.Attachments.AttachAsync(new AttachRequest(
                    owner, "straum", spaces[step.Pod].Namespace.Path, PodIdentity.None, null, ""));
            }
            else
            {
                (await node.Attachments.DetachAsync(owner)).ShouldBeTrue();
            }
        }));

        var left = node.Registry.Pods;
        left.ShouldAllBe(p => p.State == PodState.Attached);
        node.HostLinks().ShouldBe(left.Select(p => p.HostInterface), ignoreOrder: true);
        node.Datapath.Pods.ShouldBe(left.Select(p => p.Endpoint), ignoreOrder: true);
        left.SelectMany(p => (IEnumerable<IPAddress>)p.Addresses).Distinct().Count().ShouldBe(left.Count);
    }
}
