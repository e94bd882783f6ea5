using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Straum.Control.Addressing;
using Straum.Linux.Netlink;

namespace Straum.Agent.Cni;

/// <summary>What a runtime sees: the built plugin, the real server, real namespaces and devices.</summary>
public sealed class CniLifecycleTests
{
    public static TheoryData<string> Versions => new(CniVersion.Supported.Select(v => v.ToString()));

    [Theory, MemberData(nameof(Versions))]
    public async Task Add_InEveryVersion_AnswersInThatVersion(string version)
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();

        var result = await node.AddAsync("c1", pod, version);

        result["cniVersion"]!.GetValue<string>().ShouldBe(version);
        var interfaces = result["interfaces"]!.AsArray();
        interfaces[0]!["name"]!.GetValue<string>().ShouldBe(node.Pod("c1").HostInterface);
        interfaces[0]!["sandbox"].ShouldBeNull();
        interfaces[1]!["name"]!.GetValue<string>().ShouldBe("eth0");
        interfaces[1]!["sandbox"]!.GetValue<string>().ShouldBe(pod.Namespace.Path);
        interfaces[1]!["mac"]!.GetValue<string>().ShouldBe(node.Pod("c1").PodMac.ToString());
        (interfaces[1]!["mtu"] is not null).ShouldBe(version == "1.1.0");
        var ips = result["ips"]!.AsArray();
        ips.Select(i => i!["address"]!.GetValue<string>()).ShouldBe(["10.244.1.2/32", "fd44:0:0:1::2/128"]);
        ips.ShouldAllBe(i => i!["interface"]!.GetValue<int>() == 1);
        ips.Select(i => (string?)i!["version"]).ShouldBe(version[0] == '0' ? ["4", "6"] : [null, null]);
        var routes = result["routes"]!.AsArray().Select(r => ((string?)r!["dst"], (string?)r["gw"]));
        routes.ShouldContain(("0.0.0.0/0", "169.254.1.1"));
        routes.ShouldContain(("::/0", "fe80::1"));
    }

    [Fact]
    public async Task Add_WhenItReturns_HasWrittenPodHostAndDatapath()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();

        await node.AddAsync("c1", pod);

        var record = node.Pod("c1");
        record.State.ShouldBe(PodState.Attached);
        record.Identity.ShouldBe(new PodIdentity("shop", "web-c1", "uid-c1"));
        node.Datapath.Contains(record.Endpoint).ShouldBeTrue();

        var inside = pod.Net.Links.Get("eth0");
        inside.IsUp.ShouldBeTrue();
        inside.Mtu.ShouldBe(1450);
        inside.MacAddress.ShouldBe(record.PodMac);
        pod.Net.Links.Get("lo").IsUp.ShouldBeTrue();
        var addresses = pod.Net.Addresses.List(inside.Index);
        addresses.Select(a => $"{a.Address}/{a.PrefixLength}").ShouldBe(["10.244.1.2/32", "fd44:0:0:1::2/128"], ignoreOrder: true);
        addresses.ShouldAllBe(a => !a.IsTentative);
        pod.Net.Routes.Get(IPAddress.Parse("8.8.8.8"))!.Gateway.ShouldBe(PodLink.Gateway4);
        pod.Net.Routes.Get(IPAddress.Parse("2001:db8::8"))!.Gateway.ShouldBe(PodLink.Gateway6);

        var host = node.Host.Net.Links.Get(record.HostInterface);
        host.Index.ShouldBe(record.HostInterfaceIndex);
        host.IsUp.ShouldBeTrue();
        host.Mtu.ShouldBe(1450);
        host.MacAddress.ShouldBe(PodLink.HostMac);
        node.Host.Net.Addresses.List(host.Index).ShouldBeEmpty("not even a link-local address");
        foreach (var address in record.Addresses)
        {
            node.Host.Net.Routes.Get(address)!.InterfaceIndex.ShouldBe(host.Index);
            var neighbor = node.Host.Net.Neighbors.List(host.Index).Single(n => n.Address.Equals(address));
            neighbor.MacAddress.ShouldBe(record.PodMac);
            neighbor.State.ShouldBe(NeighborState.Permanent);
        }
        node.Host.Net.Routes.List(protocol: (RouteProtocol)155).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Pod_OnceItsGatewayAnswers_IsReachableFromTheHost()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        await node.AddAsync("c1", pod);
        // The datapath answers ARP and NDP for the gateway; here a fixed entry does.
        foreach (var gateway in (IPAddress[])[PodLink.Gateway4, PodLink.Gateway6])
        {
            pod.Net.Neighbors.Replace(new Neighbor { InterfaceIndex = pod.Net.Links.Get("eth0").Index, Address = gateway, MacAddress = PodLink.HostMac });
        }
        var hostAddress = IPAddress.Parse("192.0.2.1");
        var hostAddress6 = IPAddress.Parse("2001:db8::1");
        node.Host.Net.Addresses.Add(1, hostAddress, 32);
        node.Host.Net.Addresses.Add(1, hostAddress6, 128, noDad: true);

        foreach (var (from, to) in ((IPAddress, IPAddress)[])[(hostAddress, node.Pod("c1").Addresses[0]), (hostAddress6, node.Pod("c1").Addresses[1])])
        {
            using var listener = pod.Namespace.Run(() =>
            {
                var l = new TcpListener(to, 8080);
                l.Start();
                return l;
            });
            using var client = node.Host.Namespace.Run(() => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            client.Bind(new IPEndPoint(from, 0));
            var accept = listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
            await client.ConnectAsync(to, 8080, TestContext.Current.CancellationToken);
            using var accepted = await accept;
            ((IPEndPoint)accepted.RemoteEndPoint!).Address.ShouldBe(from);
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Del_InEveryVersion_RemovesEverythingAndMayBeRepeated(string version)
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        await node.AddAsync("c1", pod, version);

        foreach (var netns in (string[])[pod.Namespace.Path, pod.Namespace.Path, "", "/run/netns/straum-t-not-there"])
        {
            (await node.CallAsync("DEL", "c1", netns, version)).ShouldBe(new PluginRun(0, "", ""));
        }

        pod.Net.Links.TryGet("eth0", out _).ShouldBeFalse();
        node.HostLinks().ShouldBeEmpty();
        node.Host.Net.Routes.List(protocol: (RouteProtocol)155).ShouldBeEmpty();
        node.Datapath.Pods.ShouldBeEmpty();
        node.Registry.Pods.ShouldBeEmpty();
        node.Registry.Pools[0].ShouldBe(new AddressPoolState(IPNetwork.Parse("10.244.1.0/24"), 253, 0, 1));
    }

    [Fact]
    public async Task Del_OfAPodWhoseNamespaceIsGone_FreesWhatIsLeft()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        await node.AddAsync("c1", pod);
        var path = pod.Namespace.Path;
        pod.Dispose();

        await node.DeleteAsync("c1", path);

        node.Registry.Pods.ShouldBeEmpty();
        node.Datapath.Pods.ShouldBeEmpty();
    }

    [Fact]
    public async Task Add_OfALivingAttachment_IsRefusedAndLeavesItAlone()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        var result = await node.AddAsync("c1", pod);

        var again = await node.CallAsync("ADD", "c1", pod.Namespace.Path);

        again.Code.ShouldBe((int)CniErrorCode.InvalidEnvironment);
        (await node.CallAsync("CHECK", "c1", pod.Namespace.Path, more: new JsonObject { ["prevResult"] = result })).Code.ShouldBe(0);
        node.Registry.Pools[0].Used.ShouldBe(1);
    }

    [Fact]
    public async Task Add_OfAContainerWithANewNamespace_ReplacesTheDeadAttachment()
    {
        await using var node = await TestNode.StartAsync();
        await node.AddAsync("c1", node.NewPodNamespace());
        var second = node.NewPodNamespace();

        await node.AddAsync("c1", second);

        node.HostLinks().Count.ShouldBe(1);
        second.Net.Links.Get("eth0").IsUp.ShouldBeTrue();
        node.Pod("c1").Addresses[0].ShouldBe(IPAddress.Parse("10.244.1.3"), "the first address rests");
    }

    [Fact]
    public async Task Add_WhereTheInterfaceExists_IsRefusedAndUndone()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        pod.Net.Links.CreateBridge("eth0");

        var run = await node.CallAsync("ADD", "c1", pod.Namespace.Path);

        run.Code.ShouldBe((int)CniErrorCode.InvalidEnvironment);
        run.Output.ShouldContain("eth0");
        pod.Net.Links.Get("eth0").Kind.ShouldBe("bridge");
        node.HostLinks().ShouldBeEmpty();
        node.Registry.Pods.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/run/netns/straum-t-not-there")]
    [InlineData("/proc/self/ns/mnt")]
    [InlineData("/proc/self/environ")]
    public async Task Add_IntoWhatIsNoNetworkNamespace_IsRefused(string path)
    {
        await using var node = await TestNode.StartAsync();

        var run = await node.CallAsync("ADD", "c1", path);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain(path);
        node.Registry.Pods.ShouldBeEmpty();
    }

    [Fact]
    public async Task Add_IntoTheHostsOwnNamespace_IsRefused()
    {
        await using var node = await TestNode.StartAsync();

        var run = await node.CallAsync("ADD", "c1", node.Host.Namespace.Path);

        run.Code.ShouldBe((int)CniErrorCode.InvalidEnvironment);
        node.HostLinks().ShouldBeEmpty();
    }

    [Fact]
    public async Task Add_WhenTheDatapathRefuses_IsUndone()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        node.Datapath.Before = (step, _) =>
        {
            if (step == "attach")
            {
                throw new Straum.Linux.LinuxException("map update", "pods", Straum.Linux.Errno.E2BIG, "the map is full");
            }
        };

        var run = await node.CallAsync("ADD", "c1", pod.Namespace.Path);

        run.Code.ShouldBe((int)CniErrorCode.Failed);
        run.Output.ShouldContain("map update pods: E2BIG");
        pod.Net.Links.TryGet("eth0", out _).ShouldBeFalse();
        node.HostLinks().ShouldBeEmpty();
        node.Registry.Pods.ShouldBeEmpty();
    }

    [Fact]
    public async Task Add_WhenAddressesAreExhausted_SaysWhichPoolAndHowFull()
    {
        await using var node = await TestNode.StartAsync("10.244.1.0/30");
        await node.AddAsync("c1", node.NewPodNamespace());

        var run = await node.CallAsync("ADD", "c2", node.NewPodNamespace().Namespace.Path);

        run.Code.ShouldBe((int)CniErrorCode.TryAgainLater);
        run.Json["msg"]!.GetValue<string>().ShouldBe("No pod address is free in 10.244.1.0/30 (1 addresses, 1 used, 0 in quarantine).");
        (await node.CallAsync("STATUS", "", "")).Code.ShouldBe(0, "the node's running pods must not be evicted for it");
    }

    [Fact]
    public async Task Address_OfADeletedPod_RestsBeforeTheNextPodGetsIt()
    {
        await using var node = await TestNode.StartAsync("10.244.1.0/30");
        await node.AddAsync("c1", node.NewPodNamespace());
        await node.DeleteAsync("c1");
        var second = node.NewPodNamespace();

        (await node.CallAsync("ADD", "c2", second.Namespace.Path)).Output.ShouldContain("1 in quarantine");
        node.Clock.Advance(AddressLedger.DefaultQuarantine);
        await node.AddAsync("c2", second);

        // cilium/cilium#10065: a late DEL of the first must not touch what the second now has.
        await node.DeleteAsync("c1");
        node.Datapath.Contains(node.Pod("c2").Endpoint).ShouldBeTrue();
        node.Registry.Pools[0].Used.ShouldBe(1);
    }

    [Fact]
    public async Task RuntimeConfig_IsKeptAndObeyed()
    {
        await using var node = await TestNode.StartAsync();
        var runtimeConfig = JsonNode.Parse("""
            {"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}],"mac":"02:00:00:00:00:42",
             "dns":{"servers":["10.96.0.10"],"searches":["shop.svc.cluster.local"],"options":["ndots:5"]}}
            """);
        var pod = node.NewPodNamespace();

        var result = await node.AddAsync("c1", pod, more: new JsonObject { ["runtimeConfig"] = runtimeConfig });

        pod.Net.Links.Get("eth0").MacAddress!.Value.ToString().ShouldBe("02:00:00:00:00:42");
        result["dns"]!.ToJsonString().ShouldBe("""{"nameservers":["10.96.0.10"],"search":["shop.svc.cluster.local"],"options":["ndots:5"]}""");
        JsonNode.Parse(node.Pod("c1").RuntimeConfig)!["portMappings"]![0]!["hostPort"]!.GetValue<int>().ShouldBe(8080);
    }

    [Fact]
    public async Task Add_OfASecondInterface_IsRefusedAndLeavesTheFirstAlone()
    {
        await using var node = await TestNode.StartAsync();
        var pod = node.NewPodNamespace();
        await node.AddAsync("c1", pod);

        (await node.CallAsync("ADD", "c1", pod.Namespace.Path, ifName: "net1")).ExitCode.ShouldBe(1);
        (await node.CallAsync("DEL", "c1", pod.Namespace.Path, ifName: "net1")).ExitCode.ShouldBe(0);

        pod.Net.Links.TryGet("net1", out _).ShouldBeFalse();
        node.Registry.Pods.ShouldHaveSingleItem();
        node.Datapath.Contains(node.Pod("c1").Endpoint).ShouldBeTrue();
        pod.Net.Routes.Get(IPAddress.Parse("8.8.8.8"))!.Gateway.ShouldBe(PodLink.Gateway4);
    }
}
