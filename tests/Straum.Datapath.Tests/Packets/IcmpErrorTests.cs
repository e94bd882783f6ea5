using System.Net;
using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>ICMP errors about translated flows, from the network and from pods: RFC 5508, RFC 1191, RFC 8201.</summary>
public sealed class IcmpErrorTests : IClassFixture<DatapathFixture>
{
    private readonly DatapathFixture _kernel;

    public IcmpErrorTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    /// <summary>Family, type, code, what the last two header bytes carry, and whether the destination itself says it.</summary>
    public static TheoryData<bool, byte, byte, int, bool> Errors => new()
    {
        { true, 3, 0, 0, false }, { true, 3, 1, 0, false }, { true, 3, 3, 0, true }, { true, 3, 4, 1400, false }, { true, 11, 0, 0, false },
        { true, 12, 0, 0, true },
        { false, 1, 0, 0, false }, { false, 1, 4, 0, true }, { false, 2, 0, 1400, false }, { false, 3, 0, 0, false }, { false, 4, 1, 40, true },
    };

    [Theory, MemberData(nameof(Errors))]
    public void FromTheNetwork_AboutAMasqueradedFlow_ReachesThePod(bool v4, byte type, byte code, int low, bool fromDestination)
    {
        foreach (var protocol in new[] { Packet.Tcp, Packet.Udp, v4 ? Packet.Icmp : Packet.IcmpV6 })
        {
            var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), protocol);
            var outgoing = _kernel.FromPod(sent).Packet;
            var source = fromDestination ? Pick(v4, World4, World6) : Pick(v4, Router4, Router6);
            var error = outgoing.Error(source, type, code, (ushort)low);

            var received = _kernel.FromNetwork(error);

            received.Verdict.ShouldBe(Verdict.Redirect);
            received.Packet.Source.ShouldBe(source);
            received.Packet.Destination.ShouldBe(Pick(v4, PodA4, PodA6));
            (received.Packet.Type, received.Packet.Code, received.Packet.IcmpLow).ShouldBe((type, code, (ushort)low));
            ShouldQuote(received.Packet, sent);
        }
    }

    [Theory]
    [InlineData(Packet.Tcp)]
    [InlineData(Packet.Udp)]
    [InlineData(Packet.Icmp)]
    public void FromTheNetwork_QuotingNoMoreThanItMust_ReachesThePod(byte protocol)
    {
        var sent = Packet.Between(PodA4, World4, protocol);
        var error = _kernel.FromPod(sent).Packet.Error(Router4, 11, 0, quote: 28);
        ShouldQuote(_kernel.FromNetwork(error).Packet, sent);
    }

    [Fact]
    public void FromTheNetwork_QuotingIpOptions_ReachesThePod()
    {
        var sent = Packet.Between(PodA4, World4, Packet.Udp) with { Options = [1, 1, 1, 1, 1, 1, 1, 0] };
        ShouldQuote(_kernel.FromNetwork(_kernel.FromPod(sent).Packet.Error(Router4, 11, 0)).Packet, sent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FromTheNetwork_AboutTheNodesOwnTraffic_GoesUpUntouched(bool v4)
    {
        var error = Packet.Between(Pick(v4, Node4, Node6), Pick(v4, World4, World6), Packet.Udp).Error(Pick(v4, Router4, Router6), v4 ? (byte)11 : (byte)3, 0);
        foreach (var quote in new[] { error.Payload.Length, 20, 1, 0 })
        {
            var sent = error with { Payload = error.Payload[..quote] };
            var outcome = _kernel.FromNetwork(sent);
            outcome.Verdict.ShouldBe(Verdict.ToStack);
            outcome.Frame.ShouldBe(sent.ToFrame());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FromTheNetwork_AboutAPlainFlow_ReachesThePodUntouched(bool v4)
    {
        var outgoing = _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Remote4, Remote6), Packet.Udp)).Packet;
        var error = outgoing.Error(Pick(v4, Peer4, Peer6), v4 ? (byte)3 : (byte)1, 1);
        var received = _kernel.FromNetwork(error);
        received.Verdict.ShouldBe(Verdict.Redirect);
        received.Frame.ShouldBe((error with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void FromTheNetwork_AboutAServicesBackend_NamesTheService(bool v4, bool fromBackend)
    {
        var (vip, backend) = (Pick(v4, Vip4, Vip6), Pick(v4, Remote4, Remote6));
        _kernel.AddService(vip, 80, Packet.Udp, 100, new IPEndPoint(backend, 8080));
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), vip, Packet.Udp);
        var error = _kernel.FromPod(sent).Packet.Error(fromBackend ? backend : Pick(v4, Peer4, Peer6), v4 ? (byte)3 : (byte)1, 1);

        var received = _kernel.FromNetwork(error).Packet;

        received.Source.ShouldBe(fromBackend ? vip : Pick(v4, Peer4, Peer6));
        ShouldQuote(received, sent);
    }

    [Theory, MemberData(nameof(UplinkInTests.Flows), MemberType = typeof(UplinkInTests))]
    public void FromAPod_AboutAMasqueradedReply_QuotesWhatTheWorldSent(bool v4, byte protocol)
    {
        var outgoing = _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), protocol)).Packet;
        var incoming = outgoing.Reply();
        var reply = _kernel.FromNetwork(incoming).Packet;

        var error = _kernel.FromPod(reply.Error(Pick(v4, PodA4, PodA6), v4 ? (byte)3 : (byte)1, v4 ? (byte)3 : (byte)4));

        error.Verdict.ShouldBe(Verdict.Redirect);
        error.Packet.Source.ShouldBe(Pick(v4, Node4, Node6));
        error.Packet.Destination.ShouldBe(Pick(v4, World4, World6));
        error.Packet.DestinationMac.ShouldBe(RouterMac);
        error.Mark.ShouldBe(Outcome.MarkDone);
        ShouldQuote(error.Packet, incoming);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FromAPod_AboutItsPartOfAService_NamesTheService(bool v4)
    {
        var vip = Pick(v4, Vip4, Vip6);
        _kernel.AddService(vip, 80, Packet.Udp, 100, new IPEndPoint(Pick(v4, PodB4, PodB6), 8080));
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), vip, Packet.Udp);
        var request = _kernel.FromPod(sent).Packet;

        var error = _kernel.FromPodB(request.Error(Pick(v4, PodB4, PodB6), v4 ? (byte)3 : (byte)1, v4 ? (byte)3 : (byte)4)).Packet;

        (error.Source, error.Destination).ShouldBe((vip, Pick(v4, PodA4, PodA6)));
        ShouldQuote(error, sent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FromAPod_AboutAServicesReply_NamesTheBackend(bool v4)
    {
        var vip = Pick(v4, Vip4, Vip6);
        _kernel.AddService(vip, 80, Packet.Udp, 100, new IPEndPoint(Pick(v4, PodB4, PodB6), 8080));
        var answered = _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), vip, Packet.Udp)).Packet.Reply();
        var reply = _kernel.FromPodB(answered).Packet;
        reply.Source.ShouldBe(vip);

        var error = _kernel.FromPod(reply.Error(Pick(v4, PodA4, PodA6), v4 ? (byte)3 : (byte)1, v4 ? (byte)3 : (byte)4)).Packet;

        (error.Source, error.Destination).ShouldBe((Pick(v4, PodA4, PodA6), Pick(v4, PodB4, PodB6)));
        ShouldQuote(error, answered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FromAPod_AboutNoFlowThatIsKnown_DoesNotReachTheWorld(bool v4)
    {
        // About nothing at all.
        var stray = Packet.Between(Pick(v4, World4, World6), Pick(v4, PodA4, PodA6), Packet.Udp);
        ShouldBeDropped(stray.Error(Pick(v4, PodA4, PodA6), v4 ? (byte)3 : (byte)1, v4 ? (byte)3 : (byte)4));

        // About what it sent itself.
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), Packet.Udp);
        _kernel.FromPod(sent);
        ShouldBeDropped(sent.Error(Pick(v4, PodA4, PodA6), 3, 0) with { Destination = Pick(v4, World4, World6) });

        // About a flow inside the cluster, to somebody who has no part in it.
        var inside = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, PodB4, PodB6), Packet.Udp);
        _kernel.FromPod(inside);
        ShouldBeDropped(inside.Reply().Error(Pick(v4, PodA4, PodA6), 3, 0) with { Destination = Pick(v4, World4, World6) });

        // About nothing that can be read.
        ShouldBeDropped(stray.Error(Pick(v4, PodA4, PodA6), 3, 0) with { Payload = [0x45, 0, 0] });
        _kernel.Drops(Place.PodOut, DropReason.IcmpUnknownFlow).ShouldBe(4u);

        void ShouldBeDropped(Packet error) => _kernel.FromPod(error).Verdict.ShouldBe(Verdict.Drop);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FromAPod_InsideTheCluster_PassesWhateverItIsAbout(bool v4)
    {
        var error = Packet.Between(Pick(v4, PodB4, PodB6), Pick(v4, PodA4, PodA6), Packet.Udp).Error(Pick(v4, PodA4, PodA6), 3, 0);
        var outcome = _kernel.FromPod(error);
        outcome.Verdict.ShouldBe(Verdict.Redirect);
        outcome.Frame.ShouldBe((error with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
    }

    [Fact]
    public void FromAPod_WithAnothersAddress_IsDropped()
    {
        _kernel.FromPod(Packet.Between(World4, PodB4, Packet.Udp).Error(PodB4, 3, 3)).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(DropReason.SourceAddress).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IcmpOfTheOtherFamily_IsNoIcmp(bool v4)
    {
        // Types mean other things there: 135 solicits a neighbour, 3 is an error. Here it is a protocol without ports.
        foreach (var type in new byte[] { 3, 8, 128, 135 })
        {
            var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, PodB4, PodB6), v4 ? Packet.IcmpV6 : Packet.Icmp) with { Type = type, Payload = new byte[48] };
            var outcome = _kernel.FromPod(sent);
            outcome.Verdict.ShouldBe(Verdict.Redirect);
            outcome.Frame.ShouldBe((sent with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
        }
        _kernel.Flows.ShouldBe(1);
    }

    private static void ShouldQuote(Packet error, Packet sent)
    {
        var quoted = error.Quoted;
        (quoted.Source, quoted.Destination).ShouldBe((sent.Source, sent.Destination));
        (quoted.SourcePort, quoted.DestinationPort, quoted.EchoId).ShouldBe((sent.SourcePort, sent.DestinationPort, sent.EchoId));
    }
}
