using System.Net;
using System.Text.Json.Nodes;
using Straum.Linux.Netlink;

namespace Straum.Agent.Cni;

public sealed class CniCheckTests
{
    [Theory]
    [InlineData("0.4.0")]
    [InlineData("1.0.0")]
    [InlineData("1.1.0")]
    public async Task Check_RightAfterAdd_Succeeds(string version)
    {
        // CRI-O checks every pod at once, and fails it if that fails.
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        var result = await node.AddAsync("c1", pod, version);

        (await CheckAsync(node, pod, result, version)).ShouldBe(new PluginRun(0, "", ""));
    }

    [Fact]
    public async Task Check_InAVersionWithoutIt_IsRefused()
    {
        await using var node = await TestNode.StartAsync();

        var run = await node.CallAsync("CHECK", "c1", "/run/netns/x", "0.3.1");

        run.Code.ShouldBe((int)CniErrorCode.IncompatibleVersion);
        run.Json["cniVersion"]!.GetValue<string>().ShouldBe("0.3.1");
    }

    [Fact]
    public async Task Check_WithoutPrevResult_IsRefused()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        await node.AddAsync("c1", pod);

        (await node.CallAsync("CHECK", "c1", pod.Namespace.Path)).Code.ShouldBe((int)CniErrorCode.InvalidConfig);
    }

    [Fact]
    public async Task Check_OfAnUnknownContainer_SaysSo()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();

        (await CheckAsync(node, pod, [])).Code.ShouldBe((int)CniErrorCode.UnknownContainer);
    }

    public static TheoryData<string, string> Damages => new()
    {
        { "pod address", "lost its address 10.244.1.2" },
        { "pod route", "lost its route 0.0.0.0/0" },
        { "pod down", "eth0 is down in the pod" },
        { "pod interface renamed", "eth0 is missing in the pod" },
        { "host route", "the host has no route to fd44:0:0:1::2" },
        { "host down", "is down" },
        { "pair", "is missing on the host" },
        { "datapath", "the datapath does not know the pod" },
        { "other namespace", "is not the namespace that was attached" },
    };

    [Theory, MemberData(nameof(Damages))]
    public async Task Check_OfADamagedPod_NamesTheDamage(string damage, string words)
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        var result = await node.AddAsync("c1", pod);
        var record = node.Pod("c1");
        var index = pod.Net.Links.Get("eth0").Index;
        var asked = pod;
        switch (damage)
        {
            case "pod address": pod.Net.Addresses.Delete(index, record.Addresses[0], 32).ShouldBeTrue(); break;
            case "pod route": pod.Net.Routes.Delete(new Route { Destination = IPNetwork.Parse("0.0.0.0/0") }).ShouldBeTrue(); break;
            case "pod down": pod.Net.Links.SetDown(index); break;
            case "pod interface renamed":
                pod.Net.Links.SetDown(index);
                pod.Net.Links.SetName(index, "eth9");
                break;
            case "host route": node.Host.Net.Routes.Delete(new Route { Destination = new IPNetwork(record.Addresses[1], 128) }).ShouldBeTrue(); break;
            case "host down": node.Host.Net.Links.SetDown(record.HostInterfaceIndex); break;
            case "pair": node.Host.Net.Links.Delete(record.HostInterface).ShouldBeTrue(); break;
            case "datapath": node.Datapath.Detach(record.Endpoint); break;
            case "other namespace": asked = node.NewPodNamespace(); break;
        }

        var run = await CheckAsync(node, asked, result);

        run.Code.ShouldBe((int)CniErrorCode.Damaged);
        run.Json["msg"]!.GetValue<string>().ShouldContain("shop/web-c1");
        run.Json["details"]!.GetValue<string>().ShouldContain(words);
    }

    [Fact]
    public async Task Check_AfterALaterPluginAddedAndRemovedThings_Succeeds()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        var result = await node.AddAsync("c1", pod);
        var index = pod.Net.Links.Get("eth0").Index;
        pod.Net.Addresses.Add(index, IPAddress.Parse("192.0.2.7"), 32);
        pod.Net.Routes.Delete(new Route { Destination = IPNetwork.Parse("::/0") }).ShouldBeTrue();
        result["ips"]!.AsArray().Add(JsonNode.Parse("""{"address":"192.0.2.7/32","interface":1}"""));
        result["interfaces"]!.AsArray().Add(JsonNode.Parse("""{"name":"other0"}"""));
        var routes = result["routes"]!.AsArray();
        routes.Remove(routes.Single(r => (string?)r!["dst"] == "::/0"));

        (await CheckAsync(node, pod, result)).ShouldBe(new PluginRun(0, "", ""));
    }

    private static Task<PluginRun> CheckAsync(TestNode node, TestNamespace pod, JsonObject result, string version = "1.1.0") =>
        node.CallAsync("CHECK", "c1", pod.Namespace.Path, version, new JsonObject { ["prevResult"] = result.DeepClone() });
}
