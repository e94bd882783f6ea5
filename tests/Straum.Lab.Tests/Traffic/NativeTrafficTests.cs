using System.Net.Sockets;
using Straum.Kubernetes;
using Straum.Kubernetes.Objects;
using Straum.Lab.Echo;
using Straum.Lab.Topology;

namespace Straum.Lab.Traffic;

/// <summary>What is on the wires in native mode, and what reaches what.</summary>
[Collection(nameof(NativeLab))]
public sealed class NativeTrafficTests(NativeLab lab)
{
    [Fact]
    public async Task Matrix_IsAllGreen() => await lab.MatrixShouldBeGreenAsync();

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public async Task PodToPod_AcrossNodes_TravelsAsItIs(AddressFamily family)
    {
        var (from, to) = await TwoNodesAsync();
        bool IsBare(string line) => line.Contains(from.Address(family).ToString()) && line.Contains($"{to.Address(family)}.{Ask.EchoPort}");
        var onWire = await Capture.RunAsync("router", LabTopology.Bridge, "",
            async () => (await Ask.FromAsync(from.Name, ProbeProtocol.Tcp, to.Address(family), count: 5)).IsComplete.ShouldBeTrue(),
            until: lines => lines.Any(IsBare));

        // The bridge carries everything between nodes: the pods' own addresses, and nothing wrapped around them.
        onWire.Any(IsBare).ShouldBeTrue(string.Join('\n', onWire));
        onWire.ShouldNotContain(l => l.Contains("VXLAN", StringComparison.OrdinalIgnoreCase) || l.Contains(".8472") || l.Contains(".4789"));
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public async Task PodToPod_AcrossNodes_ServerSeesThePodsAddressAndPort(AddressFamily family)
    {
        var (from, to) = await TwoNodesAsync();
        var report = await Ask.FromAsync(from.Name, ProbeProtocol.Tcp, to.Address(family));
        report.Answer.ShouldNotBeNull();
        // Not only the address: a port that was translated would differ from the one that the client's kernel chose.
        var seen = new System.Net.IPEndPoint(System.Net.IPAddress.Parse(report.Answer.Source), report.Answer.SourcePort);
        seen.ToString().ShouldBe(report.Local);
        seen.Address.ShouldBe(from.Address(family));
    }

    [Fact]
    public async Task PodToOutside_LeavesWithTheNodesAddress()
    {
        var pod = (await lab.ReadyPodsAsync("client"))[0];
        var node = new LabTopology(lab.Spec.Nodes).Find(pod.NodeName)!;
        bool IsV4(string line) => line.Contains($"IP {node.Uplink.V4}.") && line.Contains($"> {LabTopology.Client.V4}.9");
        bool IsV6(string line) => line.Contains($"IP6 {node.Uplink.V6}.") && line.Contains($"> {LabTopology.Client.V6}.9");
        var onWire = await Capture.RunAsync("client", LabTopology.Uplink, "udp port 9", () =>
        {
            // Nobody answers at the client's discard port; what counts is what arrives there.
            LabFixture.Exec(pod.Name, "bash", "-c", $"echo hi > /dev/udp/{LabTopology.Client.V4}/9; echo hi > /dev/udp/{LabTopology.Client.V6}/9");
            return Task.CompletedTask;
        }, until: lines => lines.Any(IsV4) && lines.Any(IsV6));
        onWire.Any(IsV4).ShouldBeTrue(string.Join('\n', onWire));
        onWire.Any(IsV6).ShouldBeTrue(string.Join('\n', onWire));
        onWire.ShouldNotContain(l => l.Contains(pod.Address().ToString()) || l.Contains(pod.Address(AddressFamily.InterNetworkV6).ToString()));
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public async Task PortThatAServiceDoesNotHave_IsRefused(AddressFamily family)
    {
        var pod = (await lab.ReadyPodsAsync("client"))[0];
        var service = await lab.Client.GetAsync(Kinds.Services, new NamespacedName("default", "echo"), TestContext.Current.CancellationToken);
        var address = service.ClusterIPs.ToArray().First(a => a.AddressFamily == family);
        (await Ask.FromAsync(pod.Name, ProbeProtocol.Tcp, address, port: 81)).Errors.Keys.ShouldBe(["refused"]);
    }

    [Fact]
    public void Nodes_HaveNoFirewallRule()
    {
        foreach (var node in new LabTopology(lab.Spec.Nodes).Nodes)
        {
            // The names of the iptables tables that exist in a namespace; a table is made by the first rule or listing.
            LabFixture.Exec(node.Name, "sh", "-c", "cat /proc/net/ip_tables_names /proc/net/ip6_tables_names 2>/dev/null || true").ShouldBeEmpty();
            LabFixture.Exec(node.Name, "sh", "-c", "command -v nft >/dev/null || exit 0; nft list ruleset").ShouldBeEmpty();
        }
    }

    private async Task<(Kubernetes.Objects.Pod From, Kubernetes.Objects.Pod To)> TwoNodesAsync()
    {
        var from = (await lab.ReadyPodsAsync("client"))[0];
        return (from, (await lab.ReadyPodsAsync("echo")).First(p => p.NodeName != from.NodeName));
    }
}
