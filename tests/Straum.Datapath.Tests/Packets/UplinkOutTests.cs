using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>The safety net of masquerading: what the host's stack forwards for pods leaves as pod_out would have sent it.</summary>
public sealed class UplinkOutTests : IClassFixture<DatapathFixture>
{
    private readonly DatapathFixture _kernel;

    public UplinkOutTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    public static TheoryData<bool, byte> Flows => UplinkInTests.Flows;

    [Theory, MemberData(nameof(Flows))]
    public void MarkedDone_Passes(bool v4, byte protocol) => ShouldPass(FromPodToWorld(v4, protocol), Outcome.MarkDone);

    [Theory, MemberData(nameof(Flows))]
    public void OfTheHost_Passes(bool v4, byte protocol) =>
        ShouldPass(Packet.Between(Pick(v4, Node4, Node6), Pick(v4, World4, World6), protocol));

    [Theory]
    [InlineData("10.244.2.10")]
    [InlineData("172.30.0.12")]
    [InlineData("192.168.50.10")]
    [InlineData("fd44:0:0:2::10")]
    [InlineData("fd30::12")]
    [InlineData("2001:db8:50::10")]
    public void OfAPod_InsideTheCluster_Passes(string destination) =>
        ShouldPass(Packet.Between(Pick(!destination.Contains(':'), PodA4, PodA6), System.Net.IPAddress.Parse(destination)));

    [Theory, MemberData(nameof(Flows))]
    public void OfAPod_MasqueradeOff_Passes(bool v4, byte protocol)
    {
        _kernel.Configure(c => c with { Flags = 0 });
        ShouldPass(FromPodToWorld(v4, protocol));
    }

    [Theory, MemberData(nameof(Flows))]
    public void OfAPod_ToTheWorld_HasTheNodesAddress_AndItsReplyComesBack(bool v4, byte protocol)
    {
        var sent = FromPodToWorld(v4, protocol);

        var first = _kernel.ToNetwork(sent);
        first.Verdict.ShouldBe(Verdict.ToStack);
        first.Packet.Source.ShouldBe(Pick(v4, Node4, Node6));
        var port = protocol is Packet.Icmp or Packet.IcmpV6 ? first.Packet.EchoId : first.Packet.SourcePort;
        port.ShouldBeInRange(SnatPortMin, SnatPortMax);
        first.Packet.Ttl.ShouldBe(sent.Ttl);

        _kernel.ToNetwork(sent).Frame.ShouldBe(first.Frame);
        _kernel.Flows.ShouldBe(2);
        _kernel.FromNetwork(first.Packet.Reply()).Frame
            .ShouldBe((sent.Reply() with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
    }

    [Theory, MemberData(nameof(Flows))]
    public void OfAPod_FlowThatPodOutTranslated_KeepsItsTranslation(bool v4, byte protocol)
    {
        var sent = FromPodToWorld(v4, protocol);
        var direct = _kernel.FromPod(sent).Packet;
        var byStack = _kernel.ToNetwork(sent).Packet;
        (byStack.Source, byStack.SourcePort, byStack.EchoId).ShouldBe((direct.Source, direct.SourcePort, direct.EchoId));
    }

    [Theory, MemberData(nameof(Flows))]
    public void AnswerOfAPod_ToWhoKnowsItsAddress_Passes(bool v4, byte protocol)
    {
        var request = Packet.Between(Pick(v4, World4, World6), Pick(v4, PodA4, PodA6), protocol);
        _kernel.FromNetwork(request);
        ShouldPass(request.Reply());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Fragments_InOrder_ShareOneTranslation(bool v4)
    {
        var first = FromPodToWorld(v4, Packet.Udp) with { FragmentId = 5, MoreFragments = true, Payload = new byte[64] };
        var second = first with { FragmentOffset = 72, MoreFragments = false, Payload = new byte[40] };

        _kernel.ToNetwork(first).Packet.Source.ShouldBe(Pick(v4, Node4, Node6));
        _kernel.ToNetwork(second).Packet.Source.ShouldBe(Pick(v4, Node4, Node6));

        var lost = _kernel.ToNetwork(second with { FragmentId = 6 });
        lost.Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.UplinkOut, DropReason.Fragment).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OfAPod_NodeWithoutAnAddressOfTheFamily_IsDropped(bool v4)
    {
        _kernel.Configure(c => v4 ? c with { Node4 = default } : c with { Node6 = default });
        _kernel.ToNetwork(FromPodToWorld(v4, Packet.Tcp)).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.UplinkOut, DropReason.NoNodeAddress).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IcmpError_OfTheNode_AboutAReply_QuotesWhatTheWorldSent(bool v4)
    {
        var outgoing = _kernel.FromPod(FromPodToWorld(v4, Packet.Udp)).Packet;
        var reply = _kernel.FromNetwork(outgoing.Reply() with { Ttl = 1 }).Packet;

        var error = _kernel.ToNetwork(reply.Error(Pick(v4, Node4, Node6), v4 ? (byte)11 : (byte)3, 0)).Packet;

        error.Source.ShouldBe(Pick(v4, Node4, Node6));
        error.Destination.ShouldBe(Pick(v4, World4, World6));
        (error.Quoted.Destination, error.Quoted.DestinationPort).ShouldBe((outgoing.Source, outgoing.SourcePort));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IcmpError_OfTheHost_AboutItsOwnTraffic_Passes(bool v4)
    {
        var request = Packet.Between(Pick(v4, World4, World6), Pick(v4, Node4, Node6), Packet.Udp);
        ShouldPass(request.Error(Pick(v4, Node4, Node6), v4 ? (byte)3 : (byte)1, v4 ? (byte)3 : (byte)4));
    }

    private static Packet FromPodToWorld(bool v4, byte protocol) =>
        Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), protocol);

    private void ShouldPass(Packet sent, uint mark = 0)
    {
        var outcome = _kernel.ToNetwork(sent, mark);
        outcome.Verdict.ShouldBe(Verdict.ToStack);
        outcome.Frame.ShouldBe(sent.ToFrame());
    }
}
