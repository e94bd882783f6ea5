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
        var nodes = new LabTopology(lab.Spec.Nodes);
        var (near, far) = (nodes.Find(from.NodeName)!, nodes.Find(to.NodeName)!);
        // Port 7000 inside the wrapping does not show, so whatever of the pods this finds went bare. Between nodes it always
        // does, and such a packet, though refused over there, comes after all of the pods'.
        var bare = await Capture.RunAsync("router", LabTopology.Bridge, $"tcp port {Ask.EchoPort}", async () =>
        {
            (await Ask.FromAsync(from.Name, ProbeProtocol.Tcp, to.Address(family), count: 5)).IsComplete.ShouldBeTrue();
            await Ask.FromAsync(near.Name, ProbeProtocol.Tcp, far.Uplink.V4);
        }, until: lines => lines.Any(l => l.Contains(far.Uplink.V4.ToString())));
        bare.ShouldContain(l => l.Contains(far.Uplink.V4.ToString()));
        bare.ShouldNotContain(l => l.Contains(to.Address(family).ToString()));

        bool IsWrapped(string line) => line.Contains(near.Uplink.V4.ToString()) || line.Contains(near.Uplink.V6.ToString());
        var wrapped = await Capture.RunAsync("router", LabTopology.Bridge, "udp port 8472 or udp port 4789",
            async () => (await Ask.FromAsync(from.Name, ProbeProtocol.Tcp, to.Address(family), count: 5)).IsComplete.ShouldBeTrue(),
            until: lines => lines.Any(IsWrapped));
        wrapped.Any(IsWrapped).ShouldBeTrue(string.Join('\n', wrapped));
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
