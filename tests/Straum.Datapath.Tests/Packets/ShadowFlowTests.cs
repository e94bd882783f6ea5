using System.Net;
using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>A pod that talks to a Service and, from the same port, to the Service's backend itself.</summary>
public sealed class ShadowFlowTests : IClassFixture<DatapathFixture>
{
    private readonly DatapathFixture _kernel;

    public ShadowFlowTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    public static TheoryData<bool, byte> Protocols => new() { { true, Packet.Tcp }, { false, Packet.Tcp }, { true, Packet.Udp }, { false, Packet.Udp } };

    [Theory, MemberData(nameof(Protocols))]
    public void BothFlows_AreAnsweredAsTheyAsked(bool v4, byte protocol)
    {
        var (toService, toBackend) = Begin(v4, protocol);
        var service = _kernel.FromPod(toService).Packet;
        var direct = _kernel.FromPod(toBackend).Packet;

        (service.Destination, service.SourcePort).ShouldBe((toBackend.Destination, toService.SourcePort));
        (direct.Destination, direct.DestinationPort).ShouldBe((toBackend.Destination, toBackend.DestinationPort));
        direct.Source.ShouldBe(toBackend.Source);
        direct.SourcePort.ShouldBeInRange(SnatPortMin, SnatPortMax);
        foreach (var (sent, seen) in new[] { (toService, service), (toBackend, direct) })
        {
            _kernel.FromPodB(seen.Reply()).Frame.ShouldBe((sent.Reply() with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
            _kernel.FromPod(sent with { Flags = TcpFlags.Ack }).Packet.SourcePort.ShouldBe(seen.SourcePort);
        }
        _kernel.Flows.ShouldBe(4);
    }

    [Theory, MemberData(nameof(Protocols))]
    public void DirectFlow_OutlivesTheServices(bool v4, byte protocol)
    {
        var (toService, toBackend) = Begin(v4, protocol);
        _kernel.FromPod(toService);
        var port = _kernel.FromPod(toBackend).Packet.SourcePort;
        foreach (var (key, entry) in _kernel.Datapath.Tables.Conntrack.Read().ToArray())
        {
            if (entry.Service != 0)
            {
                _kernel.Datapath.Tables.Conntrack.Delete(key);
            }
        }

        _kernel.FromPod(toBackend with { Flags = TcpFlags.Ack }).Packet.SourcePort.ShouldBe(port);
        _kernel.Flows.ShouldBe(2);
    }

    [Theory, MemberData(nameof(Protocols))]
    public void WhatTheBackendSendsOfItself_IsNoReplyOfTheDirectFlow(bool v4, byte protocol)
    {
        var (toService, toBackend) = Begin(v4, protocol);
        _kernel.FromPod(toService);
        _kernel.FromPod(toBackend);
        _kernel.Datapath.Tables.Conntrack.Read().Where(e => e.Value.Service != 0).ToList().ForEach(e => _kernel.Datapath.Tables.Conntrack.Delete(e.Key));

        var own = toBackend.Reply() with { Flags = TcpFlags.Syn };
        _kernel.FromPodB(own).Frame.ShouldBe((own with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DirectConnection_ThatIsTheStacksToAnswer_IsNamedToItByItsOwnPort(bool v4)
    {
        // Of the two only the port tells which one does not fit.
        var (toService, toBackend) = Begin(v4, Packet.Udp, Pick(v4, Narrow4, Narrow6));
        _kernel.FromPod(toService);
        var sent = toBackend with { Payload = new byte[1400] };

        var outcome = _kernel.FromPod(sent);

        outcome.Verdict.ShouldBe(Verdict.ToStack);
        outcome.Packet.SourcePort.ShouldBeInRange(SnatPortMin, SnatPortMax);
        var error = _kernel.ToPod(outcome.Packet.Error(Pick(v4, Node4, Node6), v4 ? (byte)3 : (byte)2, v4 ? (byte)4 : (byte)0, NarrowMtu)).Packet;
        (error.Quoted.Destination, error.Quoted.SourcePort).ShouldBe((sent.Destination, sent.SourcePort));
    }

    [Fact]
    public void Sctp_WhosePortCannotChange_IsRefused()
    {
        var (toService, toBackend) = Begin(true, Packet.Sctp);
        _kernel.FromPod(toService).Verdict.ShouldBe(Verdict.Redirect);
        _kernel.FromPod(toBackend).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.PodOut, DropReason.SnatExhausted).ShouldBe(1u);
    }

    /// <summary>The first packets of two flows that meet at one backend.</summary>
    private (Packet ToService, Packet ToBackend) Begin(bool v4, byte protocol, IPAddress? backend = null)
    {
        var end = new IPEndPoint(backend ?? Pick(v4, PodB4, PodB6), protocol == Packet.Sctp ? 80 : 8080);
        _kernel.AddService(Pick(v4, Vip4, Vip6), 80, protocol, 100, end);
        var toService = Packet.Between(Pick(v4, PodA4, PodA6), Pick(v4, Vip4, Vip6), protocol);
        return (toService, toService with { Destination = end.Address, DestinationPort = (ushort)end.Port });
    }
}
