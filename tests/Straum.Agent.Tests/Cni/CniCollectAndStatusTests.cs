using System.Text.Json.Nodes;
using Straum.Linux;

namespace Straum.Agent.Cni;

public sealed class CniCollectAndStatusTests
{
    [Theory]
    [InlineData("cni.dev/valid-attachments")]
    [InlineData("cni.dev/attachments")]
    public async Task Gc_RemovesWhatTheRuntimeDoesNotName(string key)
    {
        await using var node = await TestNode.StartAsync();
        foreach (var container in (string[])["c1", "c2", "c3"])
        {
            await node.AddAsync(container, node.NewPodNamespace());
        }

        var run = await CollectAsync(node, key, """[{"containerID":"c2","ifname":"eth0"},{"containerID":"c3","ifname":"net1"}]""");

        run.ShouldBe(new PluginRun(0, "", ""));
        node.Registry.Pods.ShouldHaveSingleItem().Owner.ContainerId.ShouldBe("c2");
        node.HostLinks().ShouldBe([node.Pod("c2").HostInterface]);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task Gc_WithAnEmptyList_RemovesAll(string list)
    {
        await using var node = await TestNode.StartAsync();
        await node.AddAsync("c1", node.NewPodNamespace());

        (await CollectAsync(node, "cni.dev/valid-attachments", list)).ExitCode.ShouldBe(0);

        node.Registry.Pods.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("cni.dev/other", "[]")]
    [InlineData("cni.dev/valid-attachments", "{}")]
    [InlineData("cni.dev/valid-attachments", "[{\"containerID\":\"c1\"}]")]
    [InlineData("cni.dev/valid-attachments", "[\"c1\"]")]
    public async Task Gc_WithoutAListThatCanBeTrusted_RemovesNothing(string key, string list)
    {
        await using var node = await TestNode.StartAsync();
        await node.AddAsync("c1", node.NewPodNamespace());

        (await CollectAsync(node, key, list)).Code.ShouldBe((int)CniErrorCode.InvalidConfig);

        node.Registry.Pods.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Gc_OfAnotherNetwork_RemovesNothing()
    {
        await using var node = await TestNode.StartAsync();
        await node.AddAsync("c1", node.NewPodNamespace());

        var run = await node.CallAsync("GC", "", "", more: new JsonObject { ["name"] = "other", ["cni.dev/valid-attachments"] = new JsonArray() });

        run.ExitCode.ShouldBe(0);
        node.Registry.Pods.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Gc_ThatMeetsFaults_GoesOnAndReportsThem()
    {
        await using var node = await TestNode.StartAsync();
        foreach (var container in (string[])["c1", "c2", "c3"])
        {
            await node.AddAsync(container, node.NewPodNamespace());
        }
        node.Datapath.Before = (_, pod) =>
        {
            if (pod.Owner.ContainerId == "c1")
            {
                throw new LinuxException("map delete", "pods", Errno.EBUSY);
            }
        };

        var run = await CollectAsync(node, "cni.dev/valid-attachments", "[]");

        run.Code.ShouldBe((int)CniErrorCode.TryAgainLater);
        run.Output.ShouldContain("1 of 3");
        node.Registry.Pods.ShouldHaveSingleItem().State.ShouldBe(PodState.Detaching);
        node.Datapath.Before = (_, _) => { };
        await node.Reconciler.ReconcileAsync();
        node.Registry.Pods.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GC")]
    [InlineData("STATUS")]
    public async Task Command_InAVersionWithoutIt_IsRefused(string command)
    {
        await using var node = await TestNode.StartAsync();

        (await node.CallAsync(command, "", "", "1.0.0")).Code.ShouldBe((int)CniErrorCode.IncompatibleVersion);
    }

    [Theory]
    [InlineData("0.2.0")]
    [InlineData("2.0.0")]
    [InlineData("")]
    [InlineData("one")]
    public async Task Version_NotSupported_IsRefusedWithThoseThatAre(string version)
    {
        await using var node = await TestNode.StartAsync();

        var run = await node.CallAsync("ADD", "c1", node.NewPodNamespace().Namespace.Path, version);

        run.Code.ShouldBe((int)CniErrorCode.IncompatibleVersion);
        run.Output.ShouldContain("0.3.1, 0.4.0, 1.0.0, 1.1.0");
    }

    [Fact]
    public async Task Status_OfAReadyNode_IsSilence()
    {
        await using var node = await TestNode.StartAsync();

        (await node.CallAsync("STATUS", "", "")).ShouldBe(new PluginRun(0, "", ""));
    }

    [Theory]
    [InlineData(true, CniErrorCode.NotAvailable)]
    [InlineData(false, CniErrorCode.LimitedConnectivity)]
    public async Task Status_OfANodeThatIsNotReady_SaysWhyAndHowBadItIs(bool podsConnected, CniErrorCode code)
    {
        await using var node = await TestNode.StartAsync();
        node.Readiness = NodeReadiness.NotReady("the API server has not answered yet") with { PodsConnected = podsConnected };

        var status = await node.CallAsync("STATUS", "", "");
        var add = await node.CallAsync("ADD", "c1", node.NewPodNamespace().Namespace.Path);

        status.Code.ShouldBe((int)code);
        status.Output.ShouldContain("the API server has not answered yet");
        add.Code.ShouldBe((int)CniErrorCode.TryAgainLater);
        await node.DeleteAsync("c1");
    }

    [Fact]
    public async Task Node_WithoutPodCidr_TakesNoPods()
    {
        await using var node = await TestNode.StartAsync();
        node.Registry.SetPodCidrs([], hasIpv6: true);

        (await node.CallAsync("STATUS", "", "")).Code.ShouldBe((int)CniErrorCode.NotAvailable);
        (await node.CallAsync("ADD", "c1", node.NewPodNamespace().Namespace.Path)).Output.ShouldContain("no podCIDR");
    }

    [Fact]
    public async Task Add_BehindAnotherPlugin_IsRefused()
    {
        await using var node = await TestNode.StartAsync();

        var run = await node.CallAsync("ADD", "c1", node.NewPodNamespace().Namespace.Path, more: new JsonObject { ["prevResult"] = new JsonObject() });

        run.Code.ShouldBe((int)CniErrorCode.UnsupportedField);
    }

    private static Task<PluginRun> CollectAsync(TestNode node, string key, string list) =>
        node.CallAsync("GC", "", "", more: new JsonObject { [key] = JsonNode.Parse(list) });
}
