using System.Net;
using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>What the host's own stack sends to a pod.</summary>
public sealed class PodInTests : IClassFixture<DatapathFixture>
{
    private readonly DatapathFixture _kernel;

    public PodInTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    [Theory, MemberData(nameof(UplinkInTests.MoreFlows), MemberType = typeof(UplinkInTests))]
    public void OfTheHost_PassesAndHasAnEntry(bool v4, byte protocol)
    {
        var sent = Packet.Between(Pick(v4, Node4, Node6), Pick(v4, PodA4, PodA6), protocol);
        ShouldPass(sent);
        _kernel.Flows.ShouldBe(1);
        _kernel.Counted(c => c.ToPod).ShouldBe(1u);

        // The pod's answer is of that flow: up to the host as it is.
        var answer = _kernel.FromPod(sent.Reply());
        answer.Verdict.ShouldBe(Verdict.ToStack);
        answer.Frame.ShouldBe(sent.Reply().ToFrame());
        _kernel.Flows.ShouldBe(1);
    }

    [Fact]
    public void OurOwnAnswers_PassWithoutATrace()
    {
        ShouldPass(Packet.Between(Vip4, PodA4), Outcome.MarkDone);
        _kernel.Flows.ShouldBe(0);
    }

    [Theory]
    [InlineData(0x0806)]
    [InlineData(0x8100)]
    public void NotIp_Passes(int etherType)
    {
        var frame = Packet.Between(Node4, PodA4).ToFrame();
        (frame[12], frame[13]) = ((byte)(etherType >> 8), (byte)etherType);
        _kernel.Run(_kernel.Datapath.Programs.PodIn, _kernel.PodA, frame).Verdict.ShouldBe(Verdict.ToStack);
    }

    [Theory]
    [InlineData("10.96.0.10:80", "172.30.0.11:8080", Packet.Tcp)]
    [InlineData("10.96.0.10:80", "172.30.0.11:8080", Packet.Udp)]
    [InlineData("[fd96::10]:80", "[fd30::11]:8080", Packet.Tcp)]
    [InlineData("[fd96::10]:80", "[fd30::11]:8080", Packet.Udp)]
    public void ReplyOfABackendOnTheHost_ComesFromTheService(string vip, string backend, byte protocol)
    {
        var service = IPEndPoint.Parse(vip);
        _kernel.AddService(vip, protocol, 100, backend);
        var sent = Packet.Between(vip[0] == '[' ? PodA6 : PodA4, service.Address, protocol);
        var request = _kernel.FromPod(sent);
        request.Verdict.ShouldBe(Verdict.ToStack);
        request.Packet.Destination.ShouldBe(IPEndPoint.Parse(backend).Address);

        var reply = _kernel.ToPod(request.Packet.Reply());

        reply.Verdict.ShouldBe(Verdict.ToStack);
        reply.Frame.ShouldBe(sent.Reply().ToFrame());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PortUnreachable_OfABackendOnTheHost_IsTheServices(bool v4)
    {
        var vip = Pick(v4, Vip4, Vip6);
        _kernel.AddService(vip, 80, Packet.Udp, 100, new IPEndPoint(Pick(v4, Node4, Node6), 8080));
        var request = _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), vip, Packet.Udp)).Packet;

        var error = _kernel.ToPod(request.Error(Pick(v4, Node4, Node6), v4 ? (byte)3 : (byte)1, v4 ? (byte)3 : (byte)4)).Packet;

        error.Source.ShouldBe(vip);
        error.Destination.ShouldBe(Pick(v4, PodA4, PodA6));
        (error.Quoted.Destination, error.Quoted.DestinationPort, error.Quoted.SourcePort).ShouldBe((vip, (ushort)80, (ushort)40000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IcmpError_OfTheStack_AboutWhatThePodSentUntouched_Passes(bool v4)
    {
        // The flow is known and masqueraded; the stack saw this one packet as the pod sent it, as its hop limit was reached.
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), Packet.Udp);
        _kernel.FromPod(sent).Packet.Source.ShouldBe(Pick(v4, Node4, Node6));
        var late = sent with { Ttl = 1 };
        _kernel.FromPod(late).Verdict.ShouldBe(Verdict.ToStack);

        ShouldPass(late.Error(Pick(v4, Node4, Node6), v4 ? (byte)11 : (byte)3, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IcmpError_OfTheStack_AboutAnAnswerToAServicesClient_Passes(bool v4)
    {
        var vip = Pick(v4, Vip4, Vip6);
        _kernel.AddService(vip, 80, Packet.Udp, 100, new IPEndPoint(Pick(v4, PodA4, PodA6), 8080));
        var request = _kernel.FromPodB(Packet.Between(Pick(v4, PodB4, PodB6), vip, Packet.Udp)).Packet;
        var late = request.Reply() with { Ttl = 1 };
        _kernel.FromPod(late).Verdict.ShouldBe(Verdict.ToStack);

        ShouldPass(late.Error(Pick(v4, Node4, Node6), v4 ? (byte)11 : (byte)3, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LaterFragmentAlone_Passes(bool v4) => ShouldPass(
        Packet.Between(Pick(v4, Node4, Node6), Pick(v4, PodA4, PodA6), Packet.Udp) with { FragmentId = 3, FragmentOffset = 64, Payload = new byte[24] });

    [Fact]
    public void Malformed_IsDropped()
    {
        _kernel.Run(_kernel.Datapath.Programs.PodIn, _kernel.PodA, Packet.Between(Node4, PodA4).ToFrame()[..36]).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodIn, DropReason.Truncated).ShouldBe(1u);
    }

    private void ShouldPass(Packet sent, uint mark = 0)
    {
        var outcome = _kernel.ToPod(sent, mark);
        outcome.Verdict.ShouldBe(Verdict.ToStack);
        outcome.Frame.ShouldBe(sent.ToFrame());
    }
}
