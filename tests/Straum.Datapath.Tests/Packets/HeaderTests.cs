using System.Net;
using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>IPv4 options, IPv6 extension headers, and packets without checksums.</summary>
public sealed class HeaderTests : IClassFixture<DatapathFixture>
{
    private const byte Hop = Packet.HopByHop, Options = Packet.DestinationOptions, Routing = Packet.Routing, Auth = Packet.Authentication, Atomic = Packet.FragmentHeader;

    private readonly DatapathFixture _kernel;

    public HeaderTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    public static TheoryData<byte[], byte> Chains
    {
        get
        {
            var data = new TheoryData<byte[], byte>();
            foreach (var chain in new byte[][] { [Hop], [Options], [Routing], [Auth], [Atomic], [Hop, Options, Routing, Atomic, Auth, Options] })
            {
                data.Add(chain, Packet.Tcp);
                data.Add(chain, Packet.Udp);
                data.Add(chain, Packet.IcmpV6);
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Chains))]
    public void V6Extensions_ToTheWorldAndBack_AreLookedThrough(byte[] chain, byte protocol)
    {
        var sent = Packet.Between(PodA6, World6, protocol) with { Extensions = chain };

        var outgoing = _kernel.FromPod(sent).Packet;

        outgoing.Source.ShouldBe(Node6);
        outgoing.Extensions.ShouldBe(chain);
        outgoing.Protocol.ShouldBe(protocol);
        (protocol == Packet.IcmpV6 ? outgoing.EchoId : outgoing.SourcePort).ShouldBeInRange(SnatPortMin, SnatPortMax);

        _kernel.FromNetwork(outgoing.Reply()).Frame
            .ShouldBe((sent.Reply() with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
    }

    [Theory]
    [InlineData(Packet.Tcp)]
    [InlineData(Packet.Udp)]
    public void V6Extensions_ToAService_AreLookedThrough(byte protocol)
    {
        _kernel.AddService(Vip6, 80, protocol, 100, new IPEndPoint(PodB6, 8080));
        var request = _kernel.FromPod(Packet.Between(PodA6, Vip6, protocol) with { Extensions = [Hop, Options] }).Packet;
        (request.Destination, request.DestinationPort).ShouldBe((PodB6, (ushort)8080));
        _kernel.FromPodB(request.Reply()).Packet.Source.ShouldBe(Vip6);
    }

    [Theory]
    [InlineData(Packet.Tcp)]
    [InlineData(Packet.IcmpV6)]
    public void V6Extensions_MoreThanAreFollowed_AreDropped(byte protocol)
    {
        var sent = Packet.Between(PodA6, World6, protocol) with { Extensions = [Hop, Options, Routing, Options, Options, Options, Options] };
        _kernel.FromPod(sent).Verdict.ShouldBe(Verdict.Drop);
        _kernel.FromPod(sent with { Destination = PodB6 }).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.ExtensionHeaders).ShouldBe(2u);
        _kernel.Flows.ShouldBe(0);

        // The host's own are the stack's to judge.
        _kernel.FromNetwork(sent with { Source = World6, Destination = Node6 }).Verdict.ShouldBe(Verdict.ToStack);
    }

    [Theory]
    [InlineData(Hop, 42)]
    [InlineData(Atomic, 7)]
    [InlineData(Auth, 2)]
    public void V6Extension_CutShort_IsDropped(byte type, int missing)
    {
        var frame = (Packet.Between(PodA6, World6, Packet.Udp) with { Extensions = [type] }).ToFrame();
        _kernel.Run(_kernel.Datapath.Programs.PodOut, _kernel.PodA, frame[..(14 + 40 + (type == Hop ? 1 : 8 - missing % 8))]).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.Truncated).ShouldBe(1u);
    }

    [Fact]
    public void V6NoNextHeader_IsAProtocolWithoutPorts()
    {
        // RFC 8200 4.7: 59, nothing follows.
        var sent = Packet.Between(PodA6, PodB6, 59) with { Payload = [] };
        _kernel.FromPod(sent).Verdict.ShouldBe(Verdict.Redirect);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(40)]
    public void V4Options_AreLookedThrough(int length)
    {
        var options = Enumerable.Repeat((byte)1, length).ToArray();
        var sent = Packet.Between(PodA4, World4) with { Options = options };

        var outgoing = _kernel.FromPod(sent).Packet;

        outgoing.Source.ShouldBe(Node4);
        outgoing.Options.ShouldBe(options);
        _kernel.FromNetwork(outgoing.Reply()).Frame
            .ShouldBe((sent.Reply() with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void V4_HeaderLengthBelowTwenty_IsDropped(byte words)
    {
        var frame = Packet.Between(PodA4, World4).ToFrame();
        frame[14] = (byte)(0x40 | words);
        _kernel.Run(_kernel.Datapath.Programs.PodOut, _kernel.PodA, frame).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.Truncated).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void VersionThatBeliesTheEtherType_IsDropped(bool v4)
    {
        var frame = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6)).ToFrame();
        frame[14] = (byte)(v4 ? 0x65 : 0x45);
        _kernel.Run(_kernel.Datapath.Programs.PodOut, _kernel.PodA, frame).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.Truncated).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void UdpWithoutChecksum_StaysWithout(bool v4)
    {
        // Nobody looks at the card's sum of a datagram that says it has none.
        _kernel.Checksummed = false;
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), Packet.Udp) with { NoChecksum = true };
        var outgoing = _kernel.FromPod(sent).Packet;
        outgoing.NoChecksum.ShouldBeTrue();
        outgoing.SourcePort.ShouldBeInRange(SnatPortMin, SnatPortMax);

        var reply = _kernel.FromNetwork(outgoing.Reply()).Packet;
        reply.NoChecksum.ShouldBeTrue();
        (reply.Destination, reply.DestinationPort).ShouldBe((Pick(v4, PodA4, PodA6), (ushort)40000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void UdpChecksum_ThatBecomesZero_IsSentInItsOtherForm(bool v4)
    {
        // RFC 768. The payload makes the translated datagram's sum come out as zero; one port is left to choose from.
        _kernel.Configure(c => c with { SnatPortMin = 50000, SnatPortMax = 50000 });
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), Packet.Udp) with { Payload = [0, 0] };
        var translated = (sent with { Source = Pick(v4, Node4, Node6), SourcePort = 50000 }).ToBytes();
        var sum = translated.AsSpan(translated.Length - 4, 2).ToArray();

        var outgoing = _kernel.FromPod(sent with { Payload = sum });

        outgoing.Frame[^4..^2].ShouldBe([0xff, 0xff]);
        outgoing.Packet.NoChecksum.ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NeitherIpNorArp_OfAPod_IsDropped(bool tagged)
    {
        var frame = Packet.Between(PodA4, PodB4).ToFrame();
        (frame[12], frame[13]) = tagged ? ((byte)0x81, (byte)0x00) : ((byte)0x88, (byte)0xcc);
        _kernel.Run(_kernel.Datapath.Programs.PodOut, _kernel.PodA, frame).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.UnsupportedL3).ShouldBe(1u);
    }
}
