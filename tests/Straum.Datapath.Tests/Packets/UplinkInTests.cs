using System.Net;
using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>What comes from the network: to pods straight, to the host untouched.</summary>
public sealed class UplinkInTests : IClassFixture<DatapathFixture>
{
    private readonly DatapathFixture _kernel;

    public UplinkInTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    public static TheoryData<bool, byte> Flows => new()
    {
        { true, Packet.Tcp }, { false, Packet.Tcp }, { true, Packet.Udp }, { false, Packet.Udp }, { true, Packet.Icmp }, { false, Packet.IcmpV6 },
    };

    public static TheoryData<bool, byte> MoreFlows => new(
        [.. Flows.Select(row => row.Data), (true, Packet.Sctp), (false, Packet.Sctp), (true, Packet.Gre), (false, Packet.Gre)]);

    [Theory, MemberData(nameof(MoreFlows))]
    public void ToAPod_IsDeliveredWithAllItsAddresses(bool v4, byte protocol)
    {
        var sent = Packet.Between(Pick(v4, World4, World6), Pick(v4, PodA4, PodA6), protocol);

        var outcome = _kernel.FromNetwork(sent);

        outcome.Verdict.ShouldBe(Verdict.Redirect);
        outcome.Frame.ShouldBe((sent with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
        _kernel.Flows.ShouldBe(1);
        _kernel.Counted(c => c.ToPod).ShouldBe(1u);
    }

    [Theory, MemberData(nameof(Flows))]
    public void ToAPod_FromTheWorld_TheAnswerKeepsThePodsAddress(bool v4, byte protocol)
    {
        var request = _kernel.FromNetwork(Packet.Between(Pick(v4, World4, World6), Pick(v4, PodA4, PodA6), protocol)).Packet;

        var answer = _kernel.FromPod(request.Reply());

        answer.Verdict.ShouldBe(Verdict.Redirect);
        answer.Packet.Source.ShouldBe(Pick(v4, PodA4, PodA6));
        answer.Packet.DestinationMac.ShouldBe(RouterMac);
        answer.Mark.ShouldBe(Outcome.MarkDone);
        _kernel.Flows.ShouldBe(1);
    }

    [Theory, MemberData(nameof(MoreFlows))]
    public void ToTheNode_OfAnUnknownFlow_GoesUpUntouched(bool v4, byte protocol)
    {
        var sent = Packet.Between(Pick(v4, World4, World6), Pick(v4, Node4, Node6), protocol);
        ShouldGoUpUntouched(sent);
        ShouldGoUpUntouched(sent.Reply() with { Source = Pick(v4, World4, World6), Destination = Pick(v4, Node4, Node6) });
        _kernel.Flows.ShouldBe(0);
    }

    [Theory]
    [InlineData("10.244.1.99")]
    [InlineData("10.244.2.10")]
    [InlineData("203.0.113.77")]
    [InlineData("224.0.0.1")]
    [InlineData("fd44:0:0:1::99")]
    [InlineData("2001:db8:113::77")]
    [InlineData("ff02::1")]
    public void ToNobodyHere_GoesUpUntouched(string destination)
    {
        var address = IPAddress.Parse(destination);
        ShouldGoUpUntouched(Packet.Between(Pick(!destination.Contains(':'), World4, World6), address, Packet.Udp));
        _kernel.Flows.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ToAPod_HopLimitReached_GoesUpUntouched(bool v4) =>
        ShouldGoUpUntouched(Packet.Between(Pick(v4, World4, World6), Pick(v4, PodA4, PodA6)) with { Ttl = 1 });

    [Theory, MemberData(nameof(Flows))]
    public void ReplyToAMasqueradedFlow_ReachesThePodAsItAsked(bool v4, byte protocol)
    {
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), protocol);
        var outgoing = _kernel.FromPod(sent).Packet;

        var received = _kernel.FromNetwork(outgoing.Reply());

        received.Verdict.ShouldBe(Verdict.Redirect);
        received.Frame.ShouldBe((sent.Reply() with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
    }

    [Theory]
    [InlineData(true, (byte)0)]
    [InlineData(true, (byte)1)]
    [InlineData(false, (byte)1)]
    public void ReplyToAMasqueradedFlow_HopLimitReached_IsTheStacksToAnswer(bool v4, byte ttl)
    {
        var outgoing = _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), Packet.Udp)).Packet;

        var received = _kernel.FromNetwork(outgoing.Reply() with { Ttl = ttl });

        // With the pod's address: as its own the stack would take it for a stray and reset the connection.
        received.Verdict.ShouldBe(Verdict.ToStack);
        received.Packet.Destination.ShouldBe(Pick(v4, PodA4, PodA6));
        received.Packet.Ttl.ShouldBe(ttl);
    }

    [Theory]
    [InlineData("10.96.0.10:80", "10.244.2.10:8080")]
    [InlineData("[fd96::10]:80", "[fd44:0:0:2::10]:8080")]
    public void ReplyOfARemoteBackend_ComesFromTheService(string vip, string backend)
    {
        _kernel.AddService(vip, Packet.Tcp, 100, backend);
        var (service, end) = (IPEndPoint.Parse(vip), IPEndPoint.Parse(backend));
        var request = _kernel.FromPod(Packet.Between(vip[0] == '[' ? PodA6 : PodA4, service.Address)).Packet;
        (request.Destination, request.DestinationPort).ShouldBe((end.Address, (ushort)8080));

        var reply = _kernel.FromNetwork(request.Reply()).Packet;

        (reply.Source, reply.SourcePort, reply.DestinationPort).ShouldBe((service.Address, (ushort)80, (ushort)40000));
    }

    [Theory, MemberData(nameof(Flows))]
    public void ForgedSidesOfATranslatedFlow_AreNotTranslated(bool v4, byte protocol)
    {
        // Only pods see these two: the network carries the node's address and the backend's.
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), protocol);
        var outgoing = _kernel.FromPod(sent).Packet;
        var reply = sent.Reply();
        _kernel.FromNetwork(reply).Frame.ShouldBe((reply with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
        ShouldGoUpUntouched(outgoing);
    }

    [Fact]
    public void ReplyFromElsewhere_ToAMasqueradedPort_IsTheHosts()
    {
        var outgoing = _kernel.FromPod(Packet.Between(PodA4, World4, Packet.Udp)).Packet;
        ShouldGoUpUntouched(outgoing.Reply() with { Source = NarrowWorld4 });
        ShouldGoUpUntouched(outgoing.Reply() with { SourcePort = 81 });
        ShouldGoUpUntouched(outgoing.Reply() with { Protocol = Packet.Tcp });
    }

    [Theory]
    [InlineData(0x0806)] // ARP
    [InlineData(0x88cc)] // LLDP
    [InlineData(0x8100)] // a VLAN tag that the card left in place
    [InlineData(0x0004)] // a length: 802.3
    public void NotIp_GoesUpUntouched(int etherType)
    {
        var frame = Packet.Between(World4, PodA4).ToFrame();
        (frame[12], frame[13]) = ((byte)(etherType >> 8), (byte)etherType);
        var outcome = _kernel.Run(_kernel.Datapath.Programs.UplinkIn, _kernel.Uplink, frame);
        outcome.Verdict.ShouldBe(Verdict.ToStack);
        outcome.Frame.ShouldBe(frame);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Malformed_IsDroppedOnItsWayToAPod_AndLeftToTheStackOtherwise(bool v4)
    {
        byte[] Cut(IPAddress destination) =>
            Packet.Between(Pick(v4, World4, World6), destination).ToFrame()[..(v4 ? 36 : 56)];

        _kernel.Run(_kernel.Datapath.Programs.UplinkIn, _kernel.Uplink, Cut(Pick(v4, PodA4, PodA6))).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.UplinkIn, DropReason.Truncated).ShouldBe(1u);

        _kernel.Run(_kernel.Datapath.Programs.UplinkIn, _kernel.Uplink, Cut(Pick(v4, Node4, Node6))).Verdict.ShouldBe(Verdict.ToStack);
        _kernel.Drops(Place.UplinkIn, DropReason.Truncated).ShouldBe(1u);
    }

    private void ShouldGoUpUntouched(Packet sent)
    {
        var outcome = _kernel.FromNetwork(sent);
        outcome.Verdict.ShouldBe(Verdict.ToStack);
        outcome.Frame.ShouldBe(sent.ToFrame());
    }
}
