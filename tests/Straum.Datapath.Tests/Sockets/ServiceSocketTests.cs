using System.Net;
using Straum.Datapath.Abi;
using Straum.Datapath.Nodes;
using Straum.Datapath.Tests.Packets;
using Straum.Linux;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Sockets;

/// <summary>Services at the socket, with real sockets of real processes.</summary>
public sealed class ServiceSocketTests : IClassFixture<SocketFixture>
{
    private const ushort Port = 80;
    private readonly SocketFixture _kernel;

    public ServiceSocketTests(SocketFixture kernel)
    {
        _kernel = kernel;
        _kernel.Reset();
    }

    /// <summary>The three ways an application comes to a Service.</summary>
    public enum Way { V4, V6, V4OnV6 }

    public static TheoryData<Way> Ways => [Way.V4, Way.V6, Way.V4OnV6];

    [Theory, MemberData(nameof(Ways))]
    public void Tcp_ReachesABackend_AndSeesTheService(Way way)
    {
        AddServices(way, Packet.Tcp);
        using var socket = Open("tcp", way);
        socket.Connect(Vip(way));
        Backends(way).ShouldContain(socket.Receive());
        socket.Peer.ShouldBe(Vip(way));
        _kernel.Counted(c => c.SocketTranslated).ShouldBe(1u);
    }

    [Theory, MemberData(nameof(Ways))]
    public void Tcp_ManyConnections_ReachEveryBackend(Way way)
    {
        AddServices(way, Packet.Tcp);
        var reached = new HashSet<string>();
        for (var i = 0; i < 60; i++)
        {
            using var socket = Open("tcp", way);
            socket.Connect(Vip(way));
            reached.Add(socket.Receive());
        }
        reached.ShouldBe(Backends(way), ignoreOrder: true);
    }

    [Theory, MemberData(nameof(Ways))]
    public void UdpConnected_StaysWithOneBackend_AndSeesTheService(Way way)
    {
        AddServices(way, Packet.Udp);
        using var socket = Open("udp", way);
        socket.Connect(Vip(way));
        socket.Send("hello");
        var backend = socket.Receive();
        Backends(way).ShouldContain(backend);
        socket.Peer.ShouldBe(Vip(way));
        for (var i = 0; i < 5; i++)
        {
            socket.Send("again");
            var (from, text) = socket.ReceiveFrom();
            (from, text).ShouldBe((Vip(way), backend));
        }

        // Connecting the same socket again is the same choice.
        socket.Connect(Vip(way));
        socket.Send("again");
        socket.Receive().ShouldBe(backend);
    }

    [Theory, MemberData(nameof(Ways))]
    public void UdpUnconnected_OneSocketStaysWithOneBackend_AndIsAnsweredByTheService(Way way)
    {
        AddServices(way, Packet.Udp);
        using var socket = Open("udp", way);
        var reached = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            socket.SendTo(Vip(way), "hello");
            var (from, backend) = socket.ReceiveFrom();
            from.ShouldBe(Vip(way));
            reached.Add(backend);
        }
        Backends(way).ShouldContain(reached.ShouldHaveSingleItem());
    }

    [Theory, MemberData(nameof(Ways))]
    public void UdpUnconnected_ManySockets_ReachEveryBackend(Way way)
    {
        AddServices(way, Packet.Udp);
        var reached = new HashSet<string>();
        for (var i = 0; i < 60; i++)
        {
            using var socket = Open("udp", way);
            socket.SendTo(Vip(way), "hello");
            reached.Add(socket.ReceiveFrom().Text);
        }
        reached.ShouldBe(Backends(way), ignoreOrder: true);
    }

    [Theory, MemberData(nameof(Ways))]
    public void UdpUnconnected_BackendReplaced_TheNextDatagramGoesToTheNewOne(Way way)
    {
        var ends = way == Way.V6 ? SocketFixture.Backends6 : SocketFixture.Backends4;
        var vip = Unmapped(way);
        using var socket = Open("udp", way);
        foreach (var backend in ends)
        {
            _kernel.AddService(vip.Address, Port, Packet.Udp, 100, backend);
            socket.SendTo(Vip(way), "hello");
            socket.ReceiveFrom().ShouldBe((Vip(way), backend.ToString()));
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public void UdpUnconnected_TwoServices_AreToldApart(Way way)
    {
        var backends = way == Way.V6 ? SocketFixture.Backends6 : SocketFixture.Backends4;
        var (one, other) = (Vip(way), new IPEndPoint(Vip(way).Address, Port + 1));
        _kernel.AddService(Unmapped(way).Address, Port, Packet.Udp, 100, backends[0]);
        _kernel.AddService(Unmapped(way).Address, Port + 1, Packet.Udp, 110, backends[1]);
        using var socket = Open("udp", way);
        socket.SendTo(one, "hello");
        socket.ReceiveFrom().ShouldBe((one, backends[0].ToString()));
        socket.SendTo(other, "hello");
        socket.ReceiveFrom().ShouldBe((other, backends[1].ToString()));

        // And from a backend itself the answer is the backend's.
        socket.SendTo(Mapped(way, backends[2]), "hello");
        socket.ReceiveFrom().ShouldBe((Mapped(way, backends[2]), backends[2].ToString()));
    }

    [Theory, MemberData(nameof(Ways))]
    public void WithoutEndpoints_IsRefusedAtOnce(Way way)
    {
        _kernel.AddService(Unmapped(way).Address, Port, Packet.Tcp, 100);
        _kernel.AddService(Unmapped(way).Address, Port, Packet.Udp, 100);
        using var tcp = Open("tcp", way);
        using var udp = Open("udp", way);
        Should.Throw<PuppetException>(() => tcp.Connect(Vip(way))).Errno.ShouldBe(Errno.ECONNREFUSED);
        Should.Throw<PuppetException>(() => udp.Connect(Vip(way))).Errno.ShouldBe(Errno.ECONNREFUSED);
        Should.Throw<PuppetException>(() => udp.SendTo(Vip(way), "hello")).Errno.ShouldBe(Errno.ECONNREFUSED);
        _kernel.Drops(Place.Socket, DropReason.NoBackend).ShouldBe(3u);
    }

    [Theory, MemberData(nameof(Ways))]
    public void PortThatTheServiceDoesNotHave_IsRefusedAtOnce(Way way)
    {
        _kernel.AddService(Unmapped(way).Address, Port + 1, Packet.Tcp, 100, SocketFixture.Backends4[0]);
        _kernel.Datapath.Tables.ServiceAddresses.TryWrite(Addr.From(Unmapped(way).Address), 1).ShouldBeTrue();
        using var tcp = Open("tcp", way);
        Should.Throw<PuppetException>(() => tcp.Connect(Vip(way))).Errno.ShouldBe(Errno.ECONNREFUSED);
        _kernel.Drops(Place.Socket, DropReason.ServicePort).ShouldBe(1u);
    }

    // As a DNS cache on the node has the cluster's DNS address.
    [Theory, MemberData(nameof(Ways))]
    public void ServiceAddressThatTheNodeHasItself_AnswersAtOtherPorts(Way way)
    {
        var own = way == Way.V6 ? SocketFixture.Backends6[0] : SocketFixture.Backends4[0];
        _kernel.Datapath.Tables.ServiceAddresses.TryWrite(Addr.From(own.Address), 1).ShouldBeTrue();
        var key = PeerPlan.KeyOf(new IPNetwork(own.Address, way == Way.V6 ? 128 : 32));
        _kernel.Datapath.Tables.Peers.TryWrite(key, new PeerEntry { Kind = (byte)PeerKind.LocalNode }).ShouldBeTrue();
        using var tcp = Open("tcp", way);
        tcp.Connect(Mapped(way, own));
        _kernel.Drops(Place.Socket, DropReason.ServicePort).ShouldBe(0u);
        _kernel.Datapath.Tables.Peers.Delete(key);
    }

    [Theory, MemberData(nameof(Ways))]
    public void SlotThatNamesNoBackend_IsRefusedAsAFault(Way way)
    {
        _kernel.AddService(Unmapped(way).Address, Port, Packet.Tcp, 100, SocketFixture.Backends4[0]);
        _kernel.Datapath.Tables.Backends[100] = default;
        using var socket = Open("tcp", way);
        Should.Throw<PuppetException>(() => socket.Connect(Vip(way))).Errno.ShouldBe(Errno.ECONNREFUSED);
        _kernel.Drops(Place.Socket, DropReason.ServiceScope).ShouldBe(1u);
    }

    [Theory, MemberData(nameof(Ways))]
    public void NotAService_IsUntouched(Way way)
    {
        AddServices(way, Packet.Tcp);
        var backend = Mapped(way, way == Way.V6 ? SocketFixture.Backends6[0] : SocketFixture.Backends4[0]);
        using var direct = Open("tcp", way);
        direct.Connect(backend);
        direct.Peer.ShouldBe(backend);
        using var udp = Open("udp", way);
        udp.Connect(backend);
        udp.Send("hello");
        udp.ReceiveFrom().From.ShouldBe(backend);

        // TCP's Service is not UDP's, and another port is another Service.
        using var other = Open("udp", way);
        other.Connect(Vip(way));
        other.Peer.ShouldBe(Vip(way));
        _kernel.Counted(c => c.SocketTranslated).ShouldBe(0u);
        _kernel.Datapath.Tables.Sockets.Count().ShouldBe(0);
    }

    [Theory, MemberData(nameof(Ways))]
    public void ProcessOutsideTheControlGroup_IsUntouched(Way way)
    {
        AddServices(way, Packet.Udp);
        using var socket = _kernel.Outside.Open("udp", way == Way.V4);
        // Nobody is there: what the node sends to a Service by itself goes nowhere.
        socket.Connect(Vip(way));
        socket.Peer.ShouldBe(Vip(way));
        _kernel.Counted(c => c.SocketTranslated).ShouldBe(0u);
    }

    [Theory, MemberData(nameof(Ways))]
    public void ServiceGone_OpenSocketsKeepTheirPeer(Way way)
    {
        AddServices(way, Packet.Udp);
        using var socket = Open("udp", way);
        socket.Connect(Vip(way));
        _kernel.Datapath.Tables.Services.Clear();
        socket.Send("hello");
        socket.ReceiveFrom().From.ShouldBe(Vip(way));
        socket.Peer.ShouldBe(Vip(way));
    }

    private static IPEndPoint Unmapped(Way way) => new(way == Way.V6 ? Vip6 : Vip4, Port);

    private static IPEndPoint Vip(Way way) => Mapped(way, Unmapped(way));

    private static IPEndPoint Mapped(Way way, IPEndPoint end) => way == Way.V4OnV6 ? new IPEndPoint(end.Address.MapToIPv6(), end.Port) : end;

    private static string[] Backends(Way way) => [.. (way == Way.V6 ? SocketFixture.Backends6 : SocketFixture.Backends4).Select(b => b.ToString())];

    private PuppetSocket Open(string protocol, Way way) => _kernel.Inside.Open(protocol, way == Way.V4);

    private void AddServices(Way way, byte protocol) =>
        _kernel.AddService(Unmapped(way).Address, Port, protocol, 100, [.. way == Way.V6 ? SocketFixture.Backends6 : SocketFixture.Backends4]);
}
