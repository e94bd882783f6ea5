using System.Net;
using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>Datagrams sent in parts: only the first has ports.</summary>
public sealed class FragmentTests : IClassFixture<DatapathFixture>
{
    private readonly DatapathFixture _kernel;

    public FragmentTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    public static TheoryData<bool, byte> Protocols => UplinkInTests.Flows;

    [Theory, MemberData(nameof(Protocols))]
    public void ToTheWorld_InOrder_LeaveAlikeAndTheirRepliesReturn(bool v4, byte protocol)
    {
        var (first, second, third) = Parts(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), protocol));

        var outgoing = _kernel.FromPod(first).Packet;
        outgoing.Source.ShouldBe(Pick(v4, Node4, Node6));
        foreach (var later in new[] { second, third })
        {
            var outcome = _kernel.FromPod(later);
            outcome.Verdict.ShouldBe(Verdict.Redirect);
            outcome.Packet.Source.ShouldBe(Pick(v4, Node4, Node6));
            outcome.Packet.Payload.ShouldBe(later.Payload);
        }
        _kernel.Flows.ShouldBe(2);

        var (reply, replysSecond, _) = Parts(outgoing.Reply() with { FragmentId = 4711 });
        _kernel.FromNetwork(reply).Packet.Destination.ShouldBe(Pick(v4, PodA4, PodA6));
        _kernel.FromNetwork(replysSecond).Packet.Destination.ShouldBe(Pick(v4, PodA4, PodA6));
    }

    [Theory, MemberData(nameof(Protocols))]
    public void ToTheWorld_LaterFirst_WaitsForNobody(bool v4, byte protocol)
    {
        var (first, second, third) = Parts(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), protocol));
        _kernel.FromPod(second).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.Fragment).ShouldBe(1u);
        _kernel.FromPod(first).Verdict.ShouldBe(Verdict.Redirect);
        _kernel.FromPod(third).Packet.Source.ShouldBe(Pick(v4, Node4, Node6));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void InsideTheCluster_InAnyOrder_Pass(bool v4)
    {
        var (first, second, third) = Parts(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Remote4, Remote6), Packet.Udp));
        foreach (var part in new[] { third, first, second })
        {
            var outcome = _kernel.FromPod(part);
            outcome.Verdict.ShouldBe(Verdict.Redirect);
            outcome.Packet.Source.ShouldBe(Pick(v4, PodA4, PodA6));
        }
        _kernel.Flows.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ToAService_AllPartsGoToOneBackend(bool v4)
    {
        var vip = Pick(v4, Vip4, Vip6);
        _kernel.AddService(vip, 80, Packet.Udp, 100,
            [.. Enumerable.Range(1, 20).Select(i => new IPEndPoint(IPAddress.Parse(v4 ? $"10.244.2.{i}" : $"fd44:0:0:2::{i}"), 8080))]);
        for (uint id = 1; id <= 5; id++)
        {
            var (first, second, third) = Parts(Packet.Between(Pick(v4, PodA4, PodA6), vip, Packet.Udp) with { SourcePort = (ushort)(40000 + id), FragmentId = id });
            var backend = _kernel.FromPod(first).Packet.Destination;
            backend.ShouldNotBe(vip);
            _kernel.FromPod(second).Packet.Destination.ShouldBe(backend);
            _kernel.FromPod(third).Packet.Destination.ShouldBe(backend);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ToTheNode_OutOfOrder_AreTheStacksToAssemble(bool v4)
    {
        var (first, second, _) = Parts(Packet.Between(Pick(v4, World4, World6), Pick(v4, Node4, Node6), Packet.Udp));
        foreach (var part in new[] { second, first })
        {
            var outcome = _kernel.FromNetwork(part);
            outcome.Verdict.ShouldBe(Verdict.ToStack);
            outcome.Frame.ShouldBe(part.ToFrame());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OfAnotherDatagram_AreNotMistaken(bool v4)
    {
        var (first, second, _) = Parts(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), Packet.Udp));
        _kernel.FromPod(first);
        _kernel.FromPod(second with { FragmentId = first.FragmentId + 1 }).Verdict.ShouldBe(Verdict.Drop);
        _kernel.FromPod(second with { Destination = Pick(v4, NarrowWorld4, NarrowWorld6) }).Verdict.ShouldBe(Verdict.Drop);
        if (v4)
        {
            // RFC 791: the protocol is part of what makes a datagram one. RFC 8200: for IPv6 it is not.
            _kernel.FromPod(second with { Protocol = Packet.Tcp }).Verdict.ShouldBe(Verdict.Drop);
        }
    }

    [Fact]
    public void V6_LaterPartsMayNameAnotherHeader()
    {
        // RFC 8200 4.5: only the first part's next header counts. Behind its fragment header are destination options.
        var first = Packet.Between(PodA6, World6, Packet.Udp) with
        {
            Extensions = [Packet.FragmentHeader, Packet.DestinationOptions],
            FragmentId = 7,
            MoreFragments = true,
            Payload = new byte[64],
        };
        var second = first with
        {
            Extensions = [Packet.FragmentHeader],
            NextAfterFragment = Packet.DestinationOptions,
            FragmentOffset = 88,
            MoreFragments = false,
            Payload = new byte[40],
        };
        _kernel.FromPod(first).Packet.Source.ShouldBe(Node6);
        var outcome = _kernel.FromPod(second);
        outcome.Verdict.ShouldBe(Verdict.Redirect);
        new IPAddress(outcome.Frame.AsSpan(14 + 8, 16)).ShouldBe(Node6);
        _kernel.Flows.ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FirstPartWithoutItsPorts_IsDropped(bool v4)
    {
        var first = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), Packet.Udp) with { MoreFragments = true, FragmentId = 1 };
        _kernel.Run(_kernel.Datapath.Programs.PodOut, _kernel.PodA, first.ToFrame()[..^6]).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.Truncated).ShouldBe(1u);
    }

    [Theory]
    [InlineData(true, Packet.Tcp, 19)]
    [InlineData(false, Packet.Tcp, 8)]
    [InlineData(true, Packet.Udp, 7)]
    [InlineData(false, Packet.Sctp, 7)]
    public void HeaderCutShort_WholePacketOrFirstPart_EntersNoFlow(bool v4, byte protocol, int header)
    {
        // What could not be rewritten. For TCP it is an attack, too (RFC 3128).
        var sent = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), protocol);
        foreach (var packet in new[] { sent, sent with { MoreFragments = true, FragmentId = 3 } })
        {
            var frame = packet.ToFrame();
            var l4 = frame.Length - (protocol switch { Packet.Tcp => 20, Packet.Udp => 8, _ => 12 });
            _kernel.Run(_kernel.Datapath.Programs.PodOut, _kernel.PodA, frame[..(l4 + header)]).Verdict.ShouldBe(Verdict.Drop);
        }
        _kernel.Drops(Place.PodOut, DropReason.Truncated).ShouldBe(2u);
        _kernel.Flows.ShouldBe(0);
    }

    [Fact]
    public void FirstPart_OpensAndClosesConnections()
    {
        var syn = Packet.Between(PodA4, PodB4) with { Options = [1, 1, 1, 1] };
        _kernel.FromPod(syn);
        _kernel.FromPod(syn with { Flags = TcpFlags.Reset, MoreFragments = true, FragmentId = 4, Payload = new byte[68] });
        _kernel.Datapath.Tables.Conntrack.Read().Single().Value.State.ShouldBe((byte)CtState.Rst);
    }

    [Fact]
    public void V6_AtomicFragment_IsAWholePacket()
    {
        // RFC 6946.
        var sent = Packet.Between(PodA6, World6, Packet.Udp) with { Extensions = [Packet.FragmentHeader], FragmentId = 99 };
        var outgoing = _kernel.FromPod(sent).Packet;
        outgoing.Source.ShouldBe(Node6);
        outgoing.SourcePort.ShouldBeInRange(SnatPortMin, SnatPortMax);
        _kernel.FromNetwork(outgoing.Reply()).Packet.DestinationPort.ShouldBe((ushort)40000);
    }

    /// <summary>Three parts of one datagram: with the L4 header, in the middle, at the end.</summary>
    private static (Packet First, Packet Second, Packet Third) Parts(Packet packet)
    {
        var id = packet.FragmentId == 0 ? 9 : packet.FragmentId;
        var tcp = packet.Protocol == Packet.Tcp;
        var first = packet with { FragmentId = id, MoreFragments = true, Payload = new byte[tcp ? 68 : 64] };
        var at = tcp ? 88 : 72;
        return (first,
            first with { FragmentOffset = at, Payload = [.. Enumerable.Range(0, 40).Select(i => (byte)i)] },
            first with { FragmentOffset = at + 40, MoreFragments = false, Payload = [1, 2, 3] });
    }
}
