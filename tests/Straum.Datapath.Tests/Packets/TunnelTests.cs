using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Straum.Datapath.Abi;
using Straum.Datapath.Nodes;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>Tunnel keys, which a test run does not have: through devices.</summary>
public sealed class TunnelTests : IClassFixture<DatapathFixture>
{
    private const ushort VxlanPort = 8472;

    private readonly DatapathFixture _kernel;

    public TunnelTests(DatapathFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    [Theory]
    [InlineData("10.244.3.10")] // over IPv4
    [InlineData("10.244.4.10")] // over IPv6
    [InlineData("fd44:0:0:3::10")]
    [InlineData("fd44:0:0:4::10")]
    public void PodsPacket_KeepsTheTunnelThatItWasGiven(string destination)
    {
        var programs = _kernel.Datapath.Programs;
        using var pod = BpfLink.AttachTcx(programs.PodOut, _kernel.PodA, TcDirection.Ingress, _kernel.Namespace);
        using var overlay = BpfLink.AttachTcx(programs.OverlayOut, _kernel.Overlay, TcDirection.Egress, _kernel.Namespace);
        using var wire = FrameSocket.Open(_kernel.Namespace, _kernel.InsidePodA);

        wire.Send(Packet.Between(destination.Contains(':') ? PodA6 : PodA4, IPAddress.Parse(destination), Packet.Udp).ToFrame());
        // What is dropped behind it says that it has passed.
        ShouldReach(() => _kernel.Counted(c => c.ToOverlay), 1);
        wire.Send(Packet.Between(World4, PodB4).ToFrame());
        ShouldReach(() => _kernel.Drops(Place.PodOut, DropReason.SourceAddress), 1);

        _kernel.Counted(c => c.ToOverlay).ShouldBe(1u, "overlay_out gives a tunnel only to what has none");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void PacketOfAnotherNetwork_IsDropped(string underlay)
    {
        var device = OverlayDevice.Ensure(_kernel.Net, VxlanPort, 1450);
        try
        {
            _kernel.Net.Links.SetUp(_kernel.Net.Links.Get("lo").Index);
            using var link = BpfLink.AttachTcx(_kernel.Datapath.Programs.OverlayIn, device, TcDirection.Ingress, _kernel.Namespace);
            var address = IPAddress.Parse(underlay);
            using var socket = _kernel.Namespace.Run(() => new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
            var inner = Packet.Between(Tunnelled4, PodA4, Packet.Udp).ToFrame();

            Send(Vni + 1);
            ShouldReach(() => _kernel.Drops(Place.OverlayIn, DropReason.Vni), 1);
            _kernel.Counted(c => c.ToPod).ShouldBe(0u);

            Send(Vni);
            ShouldReach(() => _kernel.Counted(c => c.ToPod), 1);
            _kernel.Drops(Place.OverlayIn, DropReason.Vni).ShouldBe(1u);

            // RFC 7348 5.
            void Send(uint vni)
            {
                byte[] datagram = [8, 0, 0, 0, 0, 0, 0, 0, .. inner];
                BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(4), vni << 8);
                socket.SendTo(datagram, new IPEndPoint(address, VxlanPort)).ShouldBe(datagram.Length);
            }
        }
        finally
        {
            OverlayDevice.Remove(_kernel.Net);
        }
    }

    private static void ShouldReach(Func<ulong> counter, ulong value)
    {
        SpinWait.SpinUntil(() => counter() >= value, TimeSpan.FromSeconds(10));
        counter().ShouldBe(value);
    }
}
