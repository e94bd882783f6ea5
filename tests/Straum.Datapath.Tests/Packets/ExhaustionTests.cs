using System.Net;
using Straum.Datapath.Abi;
using Straum.Datapath.Tables;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>A node with room for eight entries in its flow table.</summary>
public sealed class TinyTablesFixture() : DatapathFixture(new TableSizes { Conntrack = 8 });

/// <summary>A full flow table: what needs no translation goes on, the rest is refused with its reason.</summary>
public sealed class FullTableTests : IClassFixture<TinyTablesFixture>
{
    private readonly TinyTablesFixture _kernel;

    public FullTableTests(TinyTablesFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PlainFlows_GoOn(bool v4)
    {
        Fill(8);
        var outcome = _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Remote4, Remote6)));
        outcome.Verdict.ShouldBe(Verdict.Redirect);
        _kernel.FromNetwork(Packet.Between(Pick(v4, World4, World6), Pick(v4, PodA4, PodA6))).Verdict.ShouldBe(Verdict.Redirect);
        _kernel.ToPod(Packet.Between(Pick(v4, Node4, Node6), Pick(v4, PodA4, PodA6))).Verdict.ShouldBe(Verdict.ToStack);
        _kernel.Counted(c => c.CtInsertFailed).ShouldBe(3u);
        _kernel.Flows.ShouldBe(8);
    }

    [Theory]
    [InlineData(true, 8)]
    [InlineData(false, 8)]
    [InlineData(true, 7)]
    [InlineData(false, 7)]
    public void TranslatedFlows_AreDroppedForWantOfAnEntry(bool v4, int filled)
    {
        Fill(filled);
        _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6))).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.CtFull).ShouldBe(1u);

        _kernel.AddService(Pick(v4, Vip4, Vip6), 80, Packet.Tcp, 100, new IPEndPoint(Pick(v4, PodB4, PodB6), 80));
        _kernel.FromPod(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6))).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.CtFull).ShouldBe(2u);

        _kernel.ToNetwork(Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6))).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.UplinkOut, DropReason.CtFull).ShouldBe(1u);

        // No half is left behind.
        _kernel.Flows.ShouldBe(filled);
        _kernel.Drops(DropReason.SnatExhausted).ShouldBe(0u);
    }

    [Fact]
    public void KnownFlows_GoOn()
    {
        var sent = Packet.Between(PodA4, World4);
        var outgoing = _kernel.FromPod(sent).Packet;
        Fill(6);
        _kernel.FromPod(sent with { Flags = TcpFlags.Ack }).Packet.SourcePort.ShouldBe(outgoing.SourcePort);
        _kernel.FromNetwork(outgoing.Reply()).Packet.Destination.ShouldBe(PodA4);
    }

    private void Fill(int flows)
    {
        for (var i = 0; i < flows; i++)
        {
            _kernel.FromPod(Packet.Between(PodA4, PodB4) with { SourcePort = (ushort)(1000 + i) });
        }
    }
}

/// <summary>The source ports of the node, which are counted per destination.</summary>
public sealed class PortRangeTests : IClassFixture<DatapathFixture>
{
    private const int Ports = 4;
    private readonly DatapathFixture _kernel;

    public PortRangeTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
        _kernel.Configure(c => c with { SnatPortMin = 50000, SnatPortMax = 50000 + Ports - 1 });
    }

    [Theory, MemberData(nameof(UplinkInTests.Flows), MemberType = typeof(UplinkInTests))]
    public void AllPorts_AreGivenOnce_ThenNoMore(bool v4, byte protocol)
    {
        var icmp = protocol is Packet.Icmp or Packet.IcmpV6;
        var given = new List<ushort>();
        for (ushort i = 0; i < Ports; i++)
        {
            var outgoing = _kernel.FromPod(Flow(v4, protocol, i)).Packet;
            given.Add(icmp ? outgoing.EchoId : outgoing.SourcePort);
        }
        given.Order().ToArray().ShouldBe([50000, 50001, 50002, 50003]);

        _kernel.FromPod(Flow(v4, protocol, Ports)).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.SnatExhausted).ShouldBe(1u);
        _kernel.Flows.ShouldBe(2 * Ports);

        // Another destination has the whole range, and who has a port keeps it.
        _kernel.FromPod(Flow(v4, protocol, Ports) with { Destination = Pick(v4, NarrowWorld4, NarrowWorld6) }).Verdict.ShouldBe(Verdict.Redirect);
        var known = _kernel.FromPod(Flow(v4, protocol, 0)).Packet;
        (icmp ? known.EchoId : known.SourcePort).ShouldBe(given[0]);
    }

    [Fact]
    public void TwoPodsWithTheSamePort_GetTwo()
    {
        var a = _kernel.FromPod(Packet.Between(PodA4, World4)).Packet;
        var b = _kernel.FromPodB(Packet.Between(PodB4, World4)).Packet;
        a.SourcePort.ShouldNotBe(b.SourcePort);
        _kernel.FromNetwork(a.Reply()).Packet.Destination.ShouldBe(PodA4);
        _kernel.FromNetwork(b.Reply()).Packet.Destination.ShouldBe(PodB4);
    }

    [Fact]
    public void TwoServicesWithOneBackend_FromOnePort_AreTwoFlows()
    {
        // The same four numbers twice on the wire: the second flow is given a port of the range.
        var (one, other) = (Vip4, IPAddress.Parse("10.96.0.11"));
        _kernel.AddService(one, 80, Packet.Tcp, 100, new IPEndPoint(PodB4, 8080));
        _kernel.AddService(other, 80, Packet.Tcp, 110, new IPEndPoint(PodB4, 8080));
        var first = _kernel.FromPod(Packet.Between(PodA4, one)).Packet;
        var second = _kernel.FromPod(Packet.Between(PodA4, other)).Packet;

        (first.Source, first.SourcePort).ShouldBe((PodA4, (ushort)40000));
        second.Source.ShouldBe(PodA4);
        second.SourcePort.ShouldBeInRange((ushort)50000, (ushort)50003);
        foreach (var (request, vip) in new[] { (first, one), (second, other) })
        {
            var reply = _kernel.FromPodB(request.Reply()).Packet;
            (reply.Source, reply.DestinationPort).ShouldBe((vip, (ushort)40000));
        }
    }

    [Fact]
    public void ProtocolsWithoutPorts_AreOnePodsPerDestination()
    {
        _kernel.FromPod(Packet.Between(PodA4, World4, Packet.Gre)).Packet.Source.ShouldBe(Node4);
        _kernel.FromPodB(Packet.Between(PodB4, World4, Packet.Gre)).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(DropReason.SnatExhausted).ShouldBe(1u);
        _kernel.FromNetwork(Packet.Between(World4, Node4, Packet.Gre)).Packet.Destination.ShouldBe(PodA4);
    }

    [Fact]
    public void EchoWithIdentifierZero_IsAPingLikeAnyOther()
    {
        var ping = Packet.Between(PodA4, World4, Packet.Icmp) with { EchoId = 0 };
        var outgoing = _kernel.FromPod(ping).Packet;
        outgoing.EchoId.ShouldBeInRange((ushort)50000, (ushort)50003);
        _kernel.FromPodB(ping with { Source = PodB4 }).Verdict.ShouldBe(Verdict.Redirect);
        _kernel.FromNetwork(outgoing.Reply()).Packet.EchoId.ShouldBe((ushort)0);
    }

    private static Packet Flow(bool v4, byte protocol, ushort number)
    {
        var packet = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6), protocol);
        return protocol is Packet.Icmp or Packet.IcmpV6
            ? packet with { EchoId = (ushort)(100 + number) }
            : packet with { SourcePort = (ushort)(40000 + number) };
    }
}
