using System.Net;
using System.Text.Json.Nodes;
using Straum.Agent.Daemon;
using Straum.Control.Addressing;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Agent.Cni;

/// <summary>What survives the agent, and what its successor makes of it.</summary>
public sealed class PodReconcilerTests
{
    [Fact]
    public async Task Restart_OfTheAgent_ChangesNothingForPods()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        var result = await node.AddAsync("c1", pod);
        var before = node.Pod("c1");
        var link = node.Host.Net.Links.Get(before.HostInterface).Index;

        await node.KillAgentAsync();
        await node.StartAgentAsync();

        node.Pod("c1").ShouldBe(before);
        node.Datapath.Restored.ShouldBe([before.Endpoint]);
        node.Host.Net.Links.Get(before.HostInterface).Index.ShouldBe(link);
        (await node.CallAsync("CHECK", "c1", pod.Namespace.Path, more: new JsonObject { ["prevResult"] = result })).Code.ShouldBe(0);
        (await node.AddAsync("c2", node.NewPodNamespace()))["ips"]![0]!["address"]!.GetValue<string>().ShouldBe("10.244.1.3/32");
    }

    [Fact]
    public async Task Entry_LostFromTheTables_IsPutBack()
    {
        await using var node = await TestNode.StartAsync();
        await node.AddAsync("c1", node.NewPodNamespace());
        node.Datapath.Detach(node.Pod("c1").Endpoint);

        await node.Reconciler.ReconcileAsync();

        node.Datapath.Contains(node.Pod("c1").Endpoint).ShouldBeTrue();
    }

    [Fact]
    public async Task Quarantine_OverARestart_GoesOn()
    {
        await using var node = await TestNode.StartAsync("10.244.1.0/30");
        await node.AddAsync("c1", node.NewPodNamespace());
        await node.DeleteAsync("c1");
        node.Clock.Advance(TimeSpan.FromSeconds(20));

        await node.KillAgentAsync();
        await node.StartAgentAsync();

        var second = node.NewPodNamespace();
        (await node.CallAsync("ADD", "c2", second.Namespace.Path)).Output.ShouldContain("Wait 40 s");
        node.Clock.Advance(TimeSpan.FromSeconds(40));
        await node.AddAsync("c2", second);
    }

    [Fact]
    public async Task Del_WhileNoAgentRuns_IsFinishedAtStart()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        await node.AddAsync("c1", pod);
        await node.AddAsync("c2", node.NewPodNamespace());
        await node.KillAgentAsync();

        await node.DeleteAsync("c1", pod.Namespace.Path);
        await node.DeleteAsync("never-added");

        node.HostLinks().Count.ShouldBe(2, "without an agent nothing is removed");
        await node.StartAgentAsync();
        node.Registry.Pods.ShouldHaveSingleItem().Owner.ContainerId.ShouldBe("c2");
        node.HostLinks().ShouldBe([node.Pod("c2").HostInterface]);
        node.Registry.Pools[0].Quarantined.ShouldBe(1);
        Directory.GetFiles(node.PendingDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task Del_JournalledWhileTheAgentHung_GoesBeforeTheNextAddOfTheContainer()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        await node.AddAsync("c1", pod);
        Directory.CreateDirectory(node.PendingDirectory);
        await File.WriteAllTextAsync(Path.Combine(node.PendingDirectory, "c1:eth0.json"), "{}", TestContext.Current.CancellationToken);

        await node.AddAsync("c1", pod);

        Directory.GetFiles(node.PendingDirectory).ShouldBeEmpty();
        await node.Reconciler.ReconcileAsync();
        node.Pod("c1").Addresses[0].ShouldBe(IPAddress.Parse("10.244.1.3"));
    }

    [Fact]
    public async Task Pending_FilesThatThePluginDidNotName_AreLeftAlone()
    {
        await using var node = await TestNode.StartAsync();
        Directory.CreateDirectory(node.PendingDirectory);
        var names = new[] { "x.json", ":eth0.json", "a:.json", "a:b:c.json", "-a:eth0.json", ".123.tmp", "a:sixteen-letters-.json" };
        foreach (var name in names)
        {
            await File.WriteAllTextAsync(Path.Combine(node.PendingDirectory, name), "", TestContext.Current.CancellationToken);
        }

        await node.Reconciler.ReconcileAsync();

        Directory.GetFiles(node.PendingDirectory).Length.ShouldBe(names.Length);
    }

    [Fact]
    public async Task Agent_KilledInTheMiddleOfAnAdd_UndoesItAtStart()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        // What the journal holds while ADD runs is a record that is attaching; the devices are there already.
        await node.AddAsync("c1", pod);
        var record = node.Pod("c1");
        await node.KillAgentAsync();
        using (var log = AppendLog.Open(Path.Combine(node.StateDirectory, "pods.journal"), out _, out _))
        {
            log.Append(PodJournalCodec.Pod(record with { State = PodState.Attaching, HostInterfaceIndex = 0 }));
        }

        await node.StartAgentAsync();

        node.Registry.Pods.ShouldBeEmpty();
        node.HostLinks().ShouldBeEmpty();
        pod.Net.Links.TryGet("eth0", out _).ShouldBeFalse();
        node.Registry.Pools[0].Quarantined.ShouldBe(1);
    }

    [Fact]
    public async Task Del_TheKernelRefuses_SucceedsAndIsFinishedByTheReconciler()
    {
        await using var node = await TestNode.StartAsync("10.244.1.0/30");
        await node.AddAsync("c1", node.NewPodNamespace());
        node.Datapath.Before = (_, _) => throw new Straum.Linux.LinuxException("map delete", "pods", Straum.Linux.Errno.EBUSY);

        await node.DeleteAsync("c1");

        node.Pod("c1").State.ShouldBe(PodState.Detaching);
        node.Clock.Advance(TimeSpan.FromHours(1));
        (await node.CallAsync("ADD", "c2", node.NewPodNamespace().Namespace.Path)).Code.ShouldBe((int)CniErrorCode.TryAgainLater, "the address is not free before the pod is gone");
        node.Datapath.Before = (_, _) => { };
        await node.Reconciler.ReconcileAsync();
        node.Registry.Pods.ShouldBeEmpty();
        node.HostLinks().ShouldBeEmpty();
    }

    [Fact]
    public async Task Disk_Full_RefusesNewPodsAndStillDeletesOldOnes()
    {
        await using var node = await TestNode.StartAsync();
        await node.KillAgentAsync();
        using var disk = new TinyDisk(node.StateDirectory);
        await node.StartAgentAsync();
        // Records longer than what is left of the journal's last block.
        var bulky = new JsonObject { ["runtimeConfig"] = new JsonObject { ["x"] = new string('x', 5_000) } };
        await node.AddAsync("c1", node.NewPodNamespace(), more: bulky);
        await node.AddAsync("c2", node.NewPodNamespace());
        disk.Fill();

        var third = node.NewPodNamespace();
        var run = await node.CallAsync("ADD", "c3", third.Namespace.Path, more: bulky);
        run.Code.ShouldBe((int)CniErrorCode.Io);
        run.Output.ShouldContain("pods.journal");
        await node.DeleteAsync("c1");

        third.Net.Links.TryGet("eth0", out _).ShouldBeFalse();
        node.HostLinks().ShouldBe([node.Pod("c2").HostInterface]);
        disk.Empty();
        await node.Reconciler.ReconcileAsync();
        node.Registry.Pods.ShouldHaveSingleItem().Owner.ContainerId.ShouldBe("c2");
        await node.AddAsync("c3", third);
        await node.KillAgentAsync();
        await node.StartAgentAsync();
        node.Registry.Pods.Select(p => p.Owner.ContainerId).ShouldBe(["c2", "c3"], ignoreOrder: true);
        node.Registry.DamagedLines.ShouldBe(0);
        await node.KillAgentAsync();
    }

    [Fact]
    public async Task Machine_Rebooted_ForgetsItsPods()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        await node.AddAsync("c1", pod);
        await node.KillAgentAsync();
        node.Host.Net.Links.Delete(node.HostLinks()[0]);
        node.BootId = "boot-2";

        await node.StartAgentAsync();

        node.Registry.RebootedSince.ShouldBeTrue();
        node.Registry.Pods.ShouldBeEmpty();
    }

    [Fact]
    public async Task HostRoutes_Lost_AreWrittenAnew()
    {
        await using var node = await TestNode.StartAsync();
        await node.AddAsync("c1", node.NewPodNamespace());
        var record = node.Pod("c1");
        node.Host.Net.Links.SetDown(record.HostInterfaceIndex);
        node.Host.Net.Routes.List(protocol: (RouteProtocol)PodLink.RouteProtocol).Count.ShouldBeLessThan(2);

        await node.Reconciler.ReconcileAsync();

        node.Host.Net.Links.Get(record.HostInterfaceIndex).IsUp.ShouldBeTrue();
        foreach (var address in record.Addresses)
        {
            node.Host.Net.Routes.Get(address)!.InterfaceIndex.ShouldBe(record.HostInterfaceIndex);
        }
    }

    [Theory]
    [InlineData("routes"), InlineData("device")]
    public async Task HostSide_TakenAway_HealsWithoutWaitingForTheNextComparison(string what)
    {
        await using var node = await TestNode.StartAsync();
        await node.AddAsync("c1", node.NewPodNamespace());
        await node.AddAsync("c2", node.NewPodNamespace());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var watching = node.Host.Namespace.Run(() =>
            new NetworkWatch(() => { }, node.Reconciler.HostChanged, node.Reconciler.AnythingChanged).RunAsync(stop.Token));
        var reconciling = node.Reconciler.RunAsync(stop.Token);

        if (what == "routes")
        {
            foreach (var route in PodRoutes(node))
            {
                node.Host.Net.Routes.Delete(route);
            }
        }
        else
        {
            node.Host.Net.Links.SetDown(node.Pod("c1").HostInterfaceIndex);
        }

        while (PodRoutes(node).Count < 4 || !node.Host.Net.Links.Get(node.Pod("c1").HostInterfaceIndex).IsUp)
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(watching);
        await reconciling;
    }

    [Fact]
    public async Task RefusalForOnePod_LeavesTheOthersTheirTurn()
    {
        await using var node = await TestNode.StartAsync();
        foreach (var container in new[] { "c1", "c2", "c3" })
        {
            await node.AddAsync(container, node.NewPodNamespace());
            node.Datapath.Detach(node.Pod(container).Endpoint);
        }
        node.Datapath.Before = (_, pod) =>
        {
            if (pod.Owner.ContainerId == "c1")
            {
                throw new LinuxException("link create", "pod_out", Errno.ENOMEM);
            }
        };

        await node.Reconciler.ReconcileAsync();

        node.Datapath.Pods.Select(p => p.Owner.ContainerId).ShouldBe(["c2", "c3"], ignoreOrder: true);
    }

    [Fact]
    public async Task Pod_GoneWithoutADel_IsForgottenOnlyAfterAWhile()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        await node.AddAsync("c1", pod);
        var link = node.HostLinks()[0];
        pod.Dispose();
        await LinkGoneAsync(node, link);

        await node.Reconciler.ReconcileAsync();
        node.Clock.Advance(PodReconciler.GoneFor - TimeSpan.FromSeconds(1));
        await node.Reconciler.ReconcileAsync();
        node.Registry.Pods.ShouldHaveSingleItem();

        node.Clock.Advance(TimeSpan.FromSeconds(1));
        await node.Reconciler.ReconcileAsync();
        node.Registry.Pods.ShouldBeEmpty();
        node.Datapath.Pods.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pod_WhoseDeviceWasRemovedButWhoseNamespaceLives_IsKept()
    {
        await using var node = await TestNode.StartAsync();
        await node.AddAsync("c1", node.NewPodNamespace());
        node.Host.Net.Links.Delete(node.HostLinks()[0]);

        await node.Reconciler.ReconcileAsync();
        node.Clock.Advance(TimeSpan.FromDays(1));
        await node.Reconciler.ReconcileAsync();

        node.Registry.Pods.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task State_Lost_DoesNotGiveAwayTheAddressesOfRunningPods()
    {
        await using var node = await TestNode.StartAsync();
        await node.AddAsync("c1", node.NewPodNamespace());
        await node.KillAgentAsync();
        Directory.Delete(node.StateDirectory, recursive: true);

        await node.StartAgentAsync();

        (await node.AddAsync("c2", node.NewPodNamespace()))["ips"]![0]!["address"]!.GetValue<string>().ShouldBe("10.244.1.3/32");
        node.Registry.Pools[0].Used.ShouldBe(2);
        await node.DeleteAsync("c1");
        node.HostLinks().ShouldBe([node.Pod("c2").HostInterface]);
        await node.Reconciler.ReconcileAsync();
        node.Registry.Pools[0].ShouldBe(new AddressPoolState(IPNetwork.Parse("10.244.1.0/24"), 253, 1, 1));
    }

    [Fact]
    public async Task PodCidrs_ChangedOverARestart_LeaveOldPodsTheirAddresses()
    {
        await using var node = await TestNode.StartAsync("10.244.1.0/24");
        await node.AddAsync("c1", node.NewPodNamespace());
        await node.KillAgentAsync();
        node.PodCidrs = ["10.244.7.0/24"];

        await node.StartAgentAsync();

        node.Pod("c1").Addresses.ShouldBe([IPAddress.Parse("10.244.1.2")]);
        (await node.AddAsync("c2", node.NewPodNamespace()))["ips"]![0]!["address"]!.GetValue<string>().ShouldBe("10.244.7.2/32");
        await node.DeleteAsync("c1");
        node.Registry.Pods.ShouldHaveSingleItem();
    }

    private static IReadOnlyList<Route> PodRoutes(TestNode node) => node.Host.Net.Routes.List(protocol: (RouteProtocol)PodLink.RouteProtocol);

    /// <summary>The kernel dismantles a namespace in the background.</summary>
    private static async Task LinkGoneAsync(TestNode node, string name)
    {
        while (node.Host.Net.Links.TryGet(name, out _))
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }
}
