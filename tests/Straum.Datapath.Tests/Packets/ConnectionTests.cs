using System.Net;
using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>TCP connections from SYN to the next SYN with the same ports.</summary>
public sealed class ConnectionTests : IClassFixture<DatapathFixture>
{
    private readonly DatapathFixture _kernel;

    public ConnectionTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    public enum End { Reset, ResetByResponder, BothFins, OneFin, None }

    [Theory]
    [InlineData(true, End.Reset, true)]
    [InlineData(true, End.ResetByResponder, true)]
    [InlineData(true, End.BothFins, true)]
    [InlineData(true, End.OneFin, false)]
    [InlineData(true, End.None, false)]
    [InlineData(false, End.ResetByResponder, true)]
    [InlineData(false, End.BothFins, true)]
    [InlineData(false, End.None, false)]
    public void ToAService_NextSyn_ChoosesAnewOnlyAfterTheEnd(bool v4, End end, bool anew)
    {
        var (vip, first, second) = (Pick(v4, Vip4, Vip6), Pick(v4, PodB4, PodB6), Pick(v4, Remote4, Remote6));
        _kernel.AddService(vip, 80, Packet.Tcp, 100, new IPEndPoint(first, 8080));
        var syn = Packet.Between(Pick(v4, PodA4, PodA6), vip);
        var request = Open(syn, _kernel.FromPodB);
        request.Destination.ShouldBe(first);
        Close(end, syn, request, _kernel.FromPodB);

        // The former backend lives on, and is not of the Service any more.
        _kernel.AddService(vip, 80, Packet.Tcp, 110, new IPEndPoint(second, 8080));

        _kernel.FromPod(syn).Packet.Destination.ShouldBe(anew ? second : first);
        _kernel.Flows.ShouldBe(2);
    }

    [Theory]
    [InlineData(true, End.Reset)]
    [InlineData(true, End.ResetByResponder)]
    [InlineData(true, End.BothFins)]
    [InlineData(false, End.BothFins)]
    public void ToTheWorld_NextSyn_WorksAfterTheEnd(bool v4, End end)
    {
        var syn = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, World4, World6));
        var request = Open(syn, _kernel.FromNetwork);
        Close(end, syn, request, _kernel.FromNetwork);

        var again = _kernel.FromPod(syn).Packet;

        again.Source.ShouldBe(Pick(v4, Node4, Node6));
        _kernel.FromNetwork(again.Reply()).Packet.Destination.ShouldBe(Pick(v4, PodA4, PodA6));
        _kernel.Flows.ShouldBe(2);
        States().ShouldAllBe(state => (state & ~(byte)CtState.Replied) == 0, "the new connection begins without the old one's end");
    }

    [Theory]
    [InlineData(End.Reset)]
    [InlineData(End.BothFins)]
    public void Inside_NextSyn_BeginsAnew(End end)
    {
        var syn = Packet.Between(PodA4, PodB4);
        var request = Open(syn, _kernel.FromPodB);
        Close(end, syn, request, _kernel.FromPodB);
        States().Single().ShouldNotBe((byte)CtState.Replied);

        _kernel.FromPod(syn);
        States().Single().ShouldBe((byte)CtState.None);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FromTheWorld_NextSyn_BeginsAnew(bool v4)
    {
        var syn = Packet.Between(Pick(v4, World4, World6), Pick(v4, PodA4, PodA6));
        _kernel.FromNetwork(syn);
        _kernel.FromPod(syn.Reply() with { Flags = TcpFlags.Reset | TcpFlags.Ack });
        States().Single().ShouldBe((byte)(CtState.Replied | CtState.Rst));

        _kernel.FromNetwork(syn);
        States().Single().ShouldBe((byte)CtState.None);
    }

    [Fact]
    public void SynOfTheResponder_EndsNothing()
    {
        var syn = Packet.Between(PodA4, PodB4);
        var request = Open(syn, _kernel.FromPodB);
        Close(End.BothFins, syn, request, _kernel.FromPodB);
        _kernel.FromPodB(request.Reply() with { Flags = TcpFlags.Syn });
        States().Single().ShouldBe((byte)(CtState.Replied | CtState.FinInitiator | CtState.FinResponder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ToAService_BackendGone_OnlyOpeningConnectionsMoveOn(bool v4)
    {
        var (vip, first, second) = (Pick(v4, Vip4, Vip6), Pick(v4, PodB4, PodB6), Pick(v4, Remote4, Remote6));
        _kernel.AddService(vip, 80, Packet.Tcp, 100, new IPEndPoint(first, 8080));
        var syn = Packet.Between(Pick(v4, PodA4, PodA6), vip);
        _kernel.FromPod(syn).Packet.Destination.ShouldBe(first);
        var open = syn with { SourcePort = 40001 };
        Open(open, _kernel.FromPodB);

        _kernel.AddService(vip, 80, Packet.Tcp, 110, new IPEndPoint(second, 8080));
        _kernel.Datapath.Tables.Backends[100] = default;

        // A SYN that was not answered is sent again; what is established ends by itself.
        _kernel.FromPod(syn).Packet.Destination.ShouldBe(second);
        _kernel.FromPod(open with { Flags = TcpFlags.Ack }).Packet.Destination.ShouldBe(first);
        _kernel.Flows.ShouldBe(4);
    }

    [Fact]
    public void ToAService_BackendsIdGivenToAnother_IsABackendGone()
    {
        _kernel.AddService(Vip4, 80, Packet.Udp, 100, new IPEndPoint(PodB4, 8080));
        var sent = Packet.Between(PodA4, Vip4, Packet.Udp);
        _kernel.FromPod(sent).Packet.Destination.ShouldBe(PodB4);

        _kernel.Datapath.Tables.Backends[100] = _kernel.Datapath.Tables.Backends[100] with { Address = Addr.From(Remote4), Generation = 2 };

        _kernel.FromPod(sent).Packet.Destination.ShouldBe(Remote4);
        _kernel.Flows.ShouldBe(2);
    }

    [Fact]
    public void Established_IsSeenInBothDirections()
    {
        Open(Packet.Between(PodA4, World4), _kernel.FromNetwork);
        var states = _kernel.Datapath.Tables.Conntrack.Read().ToDictionary(e => (CtFlags)e.Value.Flags & CtFlags.Wire, e => (CtState)e.Value.State);
        states[CtFlags.Wire].ShouldBe(CtState.Replied);
    }

    private IEnumerable<byte> States() => _kernel.Datapath.Tables.Conntrack.Read().Select(e => e.Value.State);

    /// <summary>The handshake; returns the SYN as the responder saw it.</summary>
    private Packet Open(Packet syn, Func<Packet, Outcome> responder)
    {
        var request = _kernel.FromPod(syn).Packet;
        responder(request.Reply());
        _kernel.FromPod(syn with { Flags = TcpFlags.Ack });
        return request;
    }

    private void Close(End end, Packet syn, Packet request, Func<Packet, Outcome> responder)
    {
        if (end is End.BothFins or End.OneFin)
        {
            _kernel.FromPod(syn with { Flags = TcpFlags.Fin | TcpFlags.Ack });
        }
        if (end == End.BothFins)
        {
            responder(request.Reply() with { Flags = TcpFlags.Fin | TcpFlags.Ack });
            _kernel.FromPod(syn with { Flags = TcpFlags.Ack });
        }
        if (end == End.Reset)
        {
            _kernel.FromPod(syn with { Flags = TcpFlags.Reset });
        }
        if (end == End.ResetByResponder)
        {
            responder(request.Reply() with { Flags = TcpFlags.Reset | TcpFlags.Ack });
        }
    }
}
