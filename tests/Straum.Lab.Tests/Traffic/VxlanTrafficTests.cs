using System.Net.Sockets;
using Straum.Lab.Echo;
using Straum.Lab.Topology;

namespace Straum.Lab.Traffic;

/// <summary>The same in VXLAN mode.</summary>
[Collection(nameof(VxlanLab))]
public sealed class VxlanTrafficTests(VxlanLab lab)
{
    [Fact]
    public async Task Matrix_IsAllGreen() => await lab.MatrixShouldBeGreenAsync();

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public async Task PodToPod_AcrossNodes_TravelsBetweenTheNodesAddresses(AddressFamily family)
    {
        var from = (await lab.ReadyPodsAsync("client"))[0];
        var to = (await lab.ReadyPodsAsync("echo")).First(p => p.NodeName != from.NodeName);
        // Port 7000 inside the wrapping does not show, so whatever this finds went bare.
        var bare = await Capture.RunAsync("router", LabTopology.Bridge, $"tcp port {Ask.EchoPort}", async () =>
            (await Ask.FromAsync(from.Name, ProbeProtocol.Tcp, to.Address(family), count: 5)).IsComplete.ShouldBeTrue());
        bare.ShouldBeEmpty();

        var wrapped = await Capture.RunAsync("router", LabTopology.Bridge, "udp port 8472 or udp port 4789", async () =>
            (await Ask.FromAsync(from.Name, ProbeProtocol.Tcp, to.Address(family), count: 5)).IsComplete.ShouldBeTrue());
        var node = new LabTopology(lab.Spec.Nodes).Find(from.NodeName)!;
        wrapped.ShouldContain(l => l.Contains(node.Uplink.V4.ToString()) || l.Contains(node.Uplink.V6.ToString()));
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public async Task LargeDatagrams_AcrossNodes_Arrive(AddressFamily family)
    {
        var from = (await lab.ReadyPodsAsync("client"))[0];
        var to = (await lab.ReadyPodsAsync("echo")).First(p => p.NodeName != from.NodeName);
        // Twice the wire's MTU: fragments out and back, each wrapped.
        var report = await EchoProbe.RunAsync(new ProbeSpec(ProbeProtocol.Udp, new System.Net.IPEndPoint(to.Address(family), Ask.EchoPort))
        {
            Open = SocketsIn.Namespace(LabPlace.Find(from.Name).NetworkNamespace),
            RequestSize = 3000,
            AnswerSize = 3000,
        }, TestContext.Current.CancellationToken);
        report.Errors.ShouldBeEmpty();
    }
}
