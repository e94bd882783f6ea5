using System.Net;
using Straum.Datapath.Abi;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>Into the tunnel and out of it. Which node a packet goes to is in its metadata, which a test run does not show: the lab looks there.</summary>
public sealed class OverlayTests : IClassFixture<DatapathFixture>
{
    private readonly DatapathFixture _kernel;

    public OverlayTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    public static TheoryData<string, string> ToPodsBehindTunnels => new()
    {
        { "10.244.1.10", "10.244.3.10" }, { "fd44:0:0:1::10", "fd44:0:0:3::10" },
        { "10.244.1.10", "10.244.4.10" }, { "fd44:0:0:1::10", "fd44:0:0:4::10" },
    };

    [Theory, MemberData(nameof(ToPodsBehindTunnels))]
    public void FromAPod_GoesIntoTheTunnel(string source, string destination)
    {
        var sent = Packet.Between(IPAddress.Parse(source), IPAddress.Parse(destination), Packet.Udp);
        var outcome = _kernel.FromPod(sent);
        outcome.Verdict.ShouldBe(Verdict.Redirect);
        outcome.Frame.ShouldBe((sent with { Ttl = 63 }).ToFrame());
        _kernel.Counted(c => c.ToOverlay).ShouldBe(1u);
        _kernel.Flows.ShouldBe(1);
    }

    [Theory, MemberData(nameof(ToPodsBehindTunnels))]
    public void FromTheHost_WithoutATunnelKey_GetsOne(string source, string destination)
    {
        _ = source;
        var sent = Packet.Between(destination.Contains(':') ? Node6 : Node4, IPAddress.Parse(destination));
        var outcome = _kernel.ToTunnel(sent);
        outcome.Verdict.ShouldBe(Verdict.ToStack);
        outcome.Frame.ShouldBe(sent.ToFrame());
        _kernel.Counted(c => c.ToOverlay).ShouldBe(1u);
    }

    [Theory]
    [InlineData("10.244.2.10")]
    [InlineData("203.0.113.10")]
    [InlineData("fd44:0:0:2::10")]
    [InlineData("ff02::2")]
    public void FromTheHost_ToNoPeerBehindATunnel_IsDropped(string destination)
    {
        _kernel.ToTunnel(Packet.Between(destination.Contains(':') ? Node6 : Node4, IPAddress.Parse(destination), Packet.Udp))
            .Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.OverlayOut, DropReason.NoRoute).ShouldBe(1u);
    }

    [Fact]
    public void WhatTheDeviceTellsRouters_IsNoDrop()
    {
        var report = Packet.Between(IPAddress.Parse("fe80::5"), IPAddress.Parse("ff02::16"), Packet.IcmpV6) with { Type = 143 };
        _kernel.ToTunnel(report).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(DropReason.NoRoute).ShouldBe(0u);
        _kernel.Counted(c => c.ForRouters).ShouldBe(1u);
    }

    [Theory]
    [InlineData(0x0806)]
    [InlineData(0x88cc)]
    [InlineData(0x8100)]
    public void NotIp_IsDroppedBothWays(int etherType)
    {
        var frame = Packet.Between(Node4, Tunnelled4).ToFrame();
        (frame[12], frame[13]) = ((byte)(etherType >> 8), (byte)etherType);
        _kernel.Run(_kernel.Datapath.Programs.OverlayOut, _kernel.Overlay, frame).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.OverlayOut, DropReason.UnsupportedL3).ShouldBe(1u);
        _kernel.Run(_kernel.Datapath.Programs.OverlayIn, _kernel.Overlay, frame).Verdict.ShouldBe(Verdict.Drop);
        _kernel.Drops(Place.OverlayIn, DropReason.UnsupportedL3).ShouldBe(1u);
    }

    [Theory, MemberData(nameof(UplinkInTests.MoreFlows), MemberType = typeof(UplinkInTests))]
    public void OutOfTheTunnel_ToAPod_IsDelivered(bool v4, byte protocol)
    {
        // The inner MACs are whatever the other node had at hand.
        var sent = Packet.Between(Pick(v4, Tunnelled4, Tunnelled6), Pick(v4, PodA4, PodA6), protocol) with { DestinationMac = RouterMac };
        var outcome = _kernel.FromTunnel(sent);
        outcome.Verdict.ShouldBe(Verdict.Redirect);
        outcome.Frame.ShouldBe((sent with { Ttl = 63, SourceMac = HostMac, DestinationMac = PodMac }).ToFrame());
        _kernel.Flows.ShouldBe(1);
    }

    [Theory]
    [InlineData("10.96.0.10:80", "10.244.3.10:8080")]
    [InlineData("[fd96::10]:80", "[fd44:0:0:4::10]:8080")]
    public void ReplyOfABackendBehindATunnel_ComesFromTheService(string vip, string backend)
    {
        _kernel.AddService(vip, Packet.Tcp, 100, backend);
        var service = IPEndPoint.Parse(vip);
        var request = _kernel.FromPod(Packet.Between(vip[0] == '[' ? PodA6 : PodA4, service.Address)).Packet;
        request.Destination.ShouldBe(IPEndPoint.Parse(backend).Address);

        var reply = _kernel.FromTunnel(request.Reply()).Packet;

        (reply.Source, reply.SourcePort, reply.DestinationPort).ShouldBe((service.Address, (ushort)80, (ushort)40000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OutOfTheTunnel_ToTheHost_GoesUpUntouched(bool v4)
    {
        foreach (var destination in new[] { Pick(v4, Node4, Node6), Pick(v4, NoPod4, NoPod6) })
        {
            var sent = Packet.Between(Pick(v4, Tunnelled4, Tunnelled6), destination);
            var outcome = _kernel.FromTunnel(sent);
            outcome.Verdict.ShouldBe(Verdict.ToStack);
            outcome.Frame.ShouldBe(sent.ToFrame());
        }
    }
}
