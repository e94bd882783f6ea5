using System.Net;
using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>What a pod sends, packet in, packet and verdict out.</summary>
public sealed class PodOutTests : IClassFixture<DatapathFixture>
{
    private readonly DatapathFixture _kernel;

    public PodOutTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    public static TheoryData<IPAddress, IPAddress, byte> PlainFlows => new()
    {
        { PodA4, PodB4, Packet.Tcp }, { PodA6, PodB6, Packet.Tcp }, { PodA4, PodB4, Packet.Udp }, { PodA6, PodB6, Packet.Udp },
        { PodA4, PodB4, Packet.Sctp }, { PodA4, Remote4, Packet.Tcp }, { PodA6, Remote6, Packet.Udp }, { PodA4, Peer4, Packet.Tcp },
        { PodA6, Peer6, Packet.Tcp }, { PodA4, Remote4, 47 },
    };

    [Theory, MemberData(nameof(PlainFlows))]
    public void InsideTheCluster_KeepsAddressesAndHasOneEntry(IPAddress source, IPAddress destination, byte protocol)
    {
        var sent = Packet.Between(source, destination, protocol);
        var outcome = _kernel.FromPod(sent);

        outcome.Verdict.ShouldBe(Verdict.Redirect);
        outcome.Packet.Source.ShouldBe(source);
        outcome.Packet.Destination.ShouldBe(destination);
        outcome.Packet.SourcePort.ShouldBe(sent.SourcePort);
        outcome.Packet.Ttl.ShouldBe((byte)63);
        _kernel.Flows.ShouldBe(1);
    }

    [Fact]
    public void ToAnotherNode_HasTheNextHopsMac() =>
        _kernel.FromPod(Packet.Between(PodA4, Remote4)).Packet.DestinationMac.ShouldBe(PeerMac);

    [Fact]
    public void ToThisNode_GoesUpUntouched()
    {
        var sent = Packet.Between(PodA4, Node4);
        var outcome = _kernel.FromPod(sent);
        outcome.Verdict.ShouldBe(Verdict.ToStack);
        outcome.Frame.ShouldBe(sent.ToFrame());
    }

    [Theory]
    [InlineData("10.244.1.11")]
    [InlineData("172.30.0.11")]
    [InlineData("8.8.8.8")]
    [InlineData("fe80::1")]
    public void ForeignSource_IsDropped(string source)
    {
        var destination = source.Contains(':') ? PodB6 : PodB4;
        _kernel.FromPod(Packet.Between(IPAddress.Parse(source), destination)).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(DropReason.SourceAddress).ShouldBe(1u);
        _kernel.Flows.ShouldBe(0);
    }

    [Theory]
    [InlineData("224.0.0.251")]
    [InlineData("255.255.255.255")]
    [InlineData("ff02::fb")]
    public void Multicast_IsDropped(string destination)
    {
        var source = destination.Contains(':') ? PodA6 : PodA4;
        _kernel.FromPod(Packet.Between(source, IPAddress.Parse(destination), Packet.Udp)).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(DropReason.Multicast).ShouldBe(1u);
    }

    [Theory]
    [InlineData("::", "ff02::16", Packet.IcmpV6, 143)]
    [InlineData("fe80::5", "ff02::16", Packet.IcmpV6, 143)]
    [InlineData("fd00:10:244:1::a", "ff02::16", Packet.IcmpV6, 143)]
    [InlineData("fe80::5", "ff02::1:ff00:1", Packet.IcmpV6, 131)]
    [InlineData("fe80::5", "ff02::2", Packet.IcmpV6, 132)]
    [InlineData("::", "ff02::2", Packet.IcmpV6, 133)]
    [InlineData("172.30.0.10", "224.0.0.22", Packet.Igmp, 0)]
    public void ForARouterOnTheLink_IsNoDrop(string source, string destination, byte protocol, byte type)
    {
        var sent = Packet.Between(IPAddress.Parse(source), IPAddress.Parse(destination), protocol) with { Type = type, Ttl = 255 };
        _kernel.FromPod(sent).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(DropReason.Multicast).ShouldBe(0u);
        _kernel.Counted(c => c.ForRouters).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HopLimitReached_GoesUpUntouched(bool v4)
    {
        var sent = (v4 ? Packet.Between(PodA4, World4) : Packet.Between(PodA6, World6)) with { Ttl = 1 };
        var outcome = _kernel.FromPod(sent);
        outcome.Verdict.ShouldBe(Verdict.ToStack);
        outcome.Frame.ShouldBe(sent.ToFrame());
    }

    [Theory]
    [InlineData(true, Packet.Tcp)]
    [InlineData(false, Packet.Tcp)]
    [InlineData(true, Packet.Udp)]
    [InlineData(false, Packet.Udp)]
    public void ToTheWorld_HasTheNodesAddressAndAPortOfItsRange(bool v4, byte protocol)
    {
        var outcome = _kernel.FromPod(v4 ? Packet.Between(PodA4, World4, protocol) : Packet.Between(PodA6, World6, protocol));

        outcome.Verdict.ShouldBe(Verdict.Redirect);
        outcome.Packet.Source.ShouldBe(v4 ? Node4 : Node6);
        outcome.Packet.SourcePort.ShouldBeInRange((ushort)50000, (ushort)59999);
        outcome.Packet.DestinationPort.ShouldBe((ushort)80);
        outcome.Packet.DestinationMac.ShouldBe(RouterMac);
    }

    [Fact]
    public void ToTheWorld_SameFlow_KeepsItsPort()
    {
        var first = _kernel.FromPod(Packet.Between(PodA4, World4)).Packet.SourcePort;
        _kernel.FromPod(Packet.Between(PodA4, World4) with { Flags = TcpFlags.Ack }).Packet.SourcePort.ShouldBe(first);
        _kernel.Flows.ShouldBe(2);
    }

    [Fact]
    public void ToTheWorld_ReplyAndItsReply_FindTheirWay()
    {
        var outgoing = _kernel.FromPod(Packet.Between(PodA4, World4)).Packet;
        var reply = _kernel.FromNetwork(outgoing.Reply());

        reply.Verdict.ShouldBe(Verdict.Redirect);
        reply.Packet.Destination.ShouldBe(PodA4);
        reply.Packet.DestinationPort.ShouldBe((ushort)40000);
        reply.Packet.Source.ShouldBe(World4);
    }

    [Fact]
    public void Ping_ToTheWorldAndBack_KeepsItsIdentifier()
    {
        var ping = Packet.Between(PodA4, World4, Packet.Icmp) with { Type = 8, EchoId = 77, Payload = [1, 2, 3, 4] };
        var outgoing = _kernel.FromPod(ping).Packet;
        outgoing.Source.ShouldBe(Node4);
        outgoing.EchoId.ShouldBeInRange((ushort)50000, (ushort)59999);

        var reply = _kernel.FromNetwork(outgoing.Reply()).Packet;
        reply.Destination.ShouldBe(PodA4);
        reply.EchoId.ShouldBe((ushort)77);
    }

    [Fact]
    public void NoBackend_Tcp_IsResetAtOnce()
    {
        _kernel.AddService("10.96.0.10:80", Packet.Tcp, 100);
        var answer = _kernel.FromPod(Packet.Between(PodA4, IPAddress.Parse("10.96.0.10")));

        answer.Verdict.ShouldBe(Verdict.Redirect);
        answer.Packet.Source.ShouldBe(IPAddress.Parse("10.96.0.10"));
        answer.Packet.Destination.ShouldBe(PodA4);
        answer.Packet.Flags.ShouldBe(TcpFlags.Reset | TcpFlags.Ack);
        answer.Packet.SourcePort.ShouldBe((ushort)80);
        _kernel.Drops(DropReason.NoBackend).ShouldBe(1u);
    }

    [Theory]
    [InlineData("10.96.0.10")]
    [InlineData("fd96::10")]
    public void NoBackend_Udp_IsAnsweredPortUnreachable(string vip)
    {
        var address = IPAddress.Parse(vip);
        _kernel.Checksummed = false;
        _kernel.AddService(new IPEndPoint(address, 53).ToString(), Packet.Udp, 100);
        var sent = Packet.Between(vip.Contains(':') ? PodA6 : PodA4, address, Packet.Udp) with { DestinationPort = 53, Payload = new byte[100] };

        var answer = _kernel.FromPod(sent).Packet;

        (answer.Type, answer.Code).ShouldBe(vip.Contains(':') ? ((byte)1, (byte)4) : ((byte)3, (byte)3));
        answer.Quoted.SourcePort.ShouldBe(sent.SourcePort);
        answer.Quoted.DestinationPort.ShouldBe((ushort)53);
        answer.Quoted.Destination.ShouldBe(address);
    }

    [Theory]
    [InlineData("10.96.0.10", "10.244.1.11:8080")]
    [InlineData("fd96::10", "[fd44:0:0:1::11]:8080")]
    public void Service_RequestAndReply_AreTranslatedBothWays(string vip, string backend)
    {
        var (address, end) = (IPAddress.Parse(vip), IPEndPoint.Parse(backend));
        _kernel.AddService(new IPEndPoint(address, 80).ToString(), Packet.Tcp, 100, backend);
        var self = vip.Contains(':') ? PodA6 : PodA4;

        var request = _kernel.FromPod(Packet.Between(self, address)).Packet;
        request.Destination.ShouldBe(end.Address);
        request.DestinationPort.ShouldBe((ushort)8080);
        request.Source.ShouldBe(self);

        var reply = _kernel.FromPodB(request.Reply()).Packet;
        reply.Source.ShouldBe(address);
        reply.SourcePort.ShouldBe((ushort)80);
        reply.Destination.ShouldBe(self);
    }

    [Fact]
    public void Service_ThatIsThePodItself_SeesTheNodeAsItsClient()
    {
        _kernel.AddService("10.96.0.10:80", Packet.Tcp, 100, "10.244.1.10:8080");
        var request = _kernel.FromPod(Packet.Between(PodA4, IPAddress.Parse("10.96.0.10"))).Packet;
        request.Source.ShouldBe(Node4);
        request.Destination.ShouldBe(PodA4);

        var reply = _kernel.FromPod(request.Reply()).Packet;
        reply.Source.ShouldBe(IPAddress.Parse("10.96.0.10"));
        reply.Destination.ShouldBe(PodA4);
        reply.DestinationPort.ShouldBe((ushort)40000);
    }

    [Fact]
    public void Service_UdpWhoseBackendIsGone_MovesToAnother()
    {
        _kernel.AddService("10.96.0.10:53", Packet.Udp, 100, "10.244.1.11:53");
        var sent = Packet.Between(PodA4, IPAddress.Parse("10.96.0.10"), Packet.Udp) with { DestinationPort = 53 };
        _kernel.FromPod(sent).Packet.Destination.ShouldBe(PodB4);

        _kernel.Datapath.Tables.Backends[100] = default;
        _kernel.AddService("10.96.0.10:53", Packet.Udp, 110, "10.244.2.10:53");

        _kernel.FromPod(sent).Packet.Destination.ShouldBe(Remote4);
    }

    [Fact]
    public void Fragments_OfOneDatagram_TakeOneWay()
    {
        _kernel.AddService("10.96.0.10:53", Packet.Udp, 100, "10.244.1.11:5353");
        var vip = IPAddress.Parse("10.96.0.10");
        var first = Packet.Between(PodA4, vip, Packet.Udp) with { DestinationPort = 53, FragmentId = 9, MoreFragments = true, Payload = new byte[64] };
        var second = first with { FragmentOffset = 72, MoreFragments = false, Payload = new byte[40] };

        _kernel.FromPod(first).Packet.Destination.ShouldBe(PodB4);
        _kernel.FromPod(second).Packet.Destination.ShouldBe(PodB4);
    }

    [Fact]
    public void LaterFragmentAlone_ToAService_IsDropped()
    {
        var alone = Packet.Between(PodA4, World4, Packet.Udp) with { FragmentId = 1234, FragmentOffset = 72, Payload = new byte[40] };
        _kernel.FromPod(alone).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(DropReason.Fragment).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IcmpError_AboutAMasqueradedFlow_ReachesThePod(bool v4)
    {
        var outgoing = _kernel.FromPod(v4 ? Packet.Between(PodA4, World4, Packet.Udp) : Packet.Between(PodA6, World6, Packet.Udp)).Packet;
        var error = new Packet
        {
            Source = v4 ? Router4 : Router6,
            Destination = v4 ? Node4 : Node6,
            Protocol = v4 ? Packet.Icmp : Packet.IcmpV6,
            Type = v4 ? (byte)11 : (byte)3,
            Payload = outgoing.ToBytes(),
        };

        var received = _kernel.FromNetwork(error);

        received.Verdict.ShouldBe(Verdict.Redirect);
        received.Packet.Source.ShouldBe(v4 ? Router4 : Router6);
        received.Packet.Destination.ShouldBe(v4 ? PodA4 : PodA6);
        received.Packet.Quoted.Source.ShouldBe(v4 ? PodA4 : PodA6);
        received.Packet.Quoted.SourcePort.ShouldBe((ushort)40000);
    }

    [Fact]
    public void TruncatedPacket_IsDropped()
    {
        var frame = Packet.Between(PodA4, PodB4).ToFrame()[..36];
        _kernel.Run(_kernel.Datapath.Programs.PodOut, _kernel.PodA, frame).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(DropReason.Truncated).ShouldBe(1u);
    }
}
