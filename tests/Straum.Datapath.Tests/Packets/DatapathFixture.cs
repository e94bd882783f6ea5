using System.Net;
using Straum.Datapath.Abi;
using Straum.Datapath.Programs;
using Straum.Linux;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Tests.Packets;

/// <summary>
/// The real programs and tables in a namespace of their own: two pods, one uplink with a router behind it,
/// one other node. Packets go in through the kernel's test run, so nothing is sent anywhere.
/// </summary>
public sealed class DatapathFixture : IDisposable
{
    private readonly string _name = $"straum-t-{Guid.NewGuid().ToString("N")[..8]}";
    private readonly NetworkNamespace _namespace;
    private readonly RtNetlink _netlink;

    public DatapathFixture()
    {
        Mounts.EnsureBpfFileSystem();
        _namespace = NetworkNamespace.Create(_name);
        _netlink = RtNetlink.Open(_namespace);
        _namespace.Run(() =>
        {
            Sysctl.Write("net.ipv4.ip_forward", "1");
            Sysctl.Write("net.ipv6.conf.all.forwarding", "1");
        });
        PodA = MakeDevice("pod-a");
        PodB = MakeDevice("pod-b");
        Uplink = MakeDevice("uplink");
        _netlink.Addresses.Add(Uplink, Node4, 24, noDad: true);
        _netlink.Addresses.Add(Uplink, Node6, 64, noDad: true);
        Route("0.0.0.0/0", Router4);
        Route("::/0", Router6);
        Route("10.244.2.0/24", Peer4);
        Route("fd44:0:0:2::/64", Peer6);
        foreach (var (address, mac) in new[] { (Router4, RouterMac), (Router6, RouterMac), (Peer4, PeerMac), (Peer6, PeerMac) })
        {
            _netlink.Neighbors.Replace(new Neighbor { InterfaceIndex = Uplink, Address = address, MacAddress = mac, State = NeighborState.Permanent });
        }

        Datapath = DatapathLoader.Load(new LoaderOptions
        {
            ObjectDirectory = BpfObjects.Directory,
            PinDirectory = Path.Combine("/sys/fs/bpf", _name),
        });
        Datapath.Tables.Config[0] = new NodeConfig
        {
            Node4 = Addr.From(Node4),
            Node6 = Addr.From(Node6),
            SnatPortMin = 50000,
            SnatPortMax = 59999,
            Flags = (uint)NodeFlags.Masquerade,
        };
        AddPod(PodA, 1, PodA4, PodA6);
        AddPod(PodB, 2, PodB4, PodB6);
        AddPeer("10.244.1.0/24", PeerKind.LocalPod);
        AddPeer("fd44:0:0:1::/64", PeerKind.LocalPod);
        AddPeer("10.244.2.0/24", PeerKind.RemotePod);
        AddPeer("fd44:0:0:2::/64", PeerKind.RemotePod);
        AddPeer($"{Peer4}/32", PeerKind.RemoteNode);
        AddPeer($"{Peer6}/128", PeerKind.RemoteNode);
        AddPeer($"{Node4}/32", PeerKind.LocalNode);
        AddPeer($"{Node6}/128", PeerKind.LocalNode);
    }

    public static IPAddress PodA4 { get; } = IPAddress.Parse("10.244.1.10");
    public static IPAddress PodA6 { get; } = IPAddress.Parse("fd44:0:0:1::10");
    public static IPAddress PodB4 { get; } = IPAddress.Parse("10.244.1.11");
    public static IPAddress PodB6 { get; } = IPAddress.Parse("fd44:0:0:1::11");
    public static IPAddress Remote4 { get; } = IPAddress.Parse("10.244.2.10");
    public static IPAddress Remote6 { get; } = IPAddress.Parse("fd44:0:0:2::10");
    public static IPAddress Node4 { get; } = IPAddress.Parse("172.30.0.11");
    public static IPAddress Node6 { get; } = IPAddress.Parse("fd30::11");
    public static IPAddress Peer4 { get; } = IPAddress.Parse("172.30.0.12");
    public static IPAddress Peer6 { get; } = IPAddress.Parse("fd30::12");
    public static IPAddress Router4 { get; } = IPAddress.Parse("172.30.0.1");
    public static IPAddress Router6 { get; } = IPAddress.Parse("fd30::1");
    public static IPAddress World4 { get; } = IPAddress.Parse("203.0.113.10");
    public static IPAddress World6 { get; } = IPAddress.Parse("2001:db8:113::10");
    public static MacAddress PodMac { get; } = MacAddress.Parse("02:00:00:00:00:01");
    public static MacAddress HostMac { get; } = MacAddress.Parse("02:00:00:00:00:02");
    public static MacAddress RouterMac { get; } = MacAddress.Parse("02:00:00:00:00:03");
    public static MacAddress PeerMac { get; } = MacAddress.Parse("02:00:00:00:00:04");

    public LoadedDatapath Datapath { get; }
    public int PodA { get; }
    public int PodB { get; }
    public int Uplink { get; }

    /// <summary>Forgets flows, fragments and counters, and every Service.</summary>
    public void Reset()
    {
        Datapath.Tables.Conntrack.Clear();
        Datapath.Tables.Services.Clear();
        for (var i = 0; i < Datapath.Tables.Drops.Length; i++)
        {
            Datapath.Tables.Drops.Clear(i);
        }
        Datapath.Tables.Counters.Clear(0);
    }

    /// <summary>Runs the packet through a program as if it had come by the device.</summary>
    internal Outcome Run(BpfProgram program, int device, Packet packet, uint mark = 0) => Run(program, device, packet.ToFrame(), mark);

    internal Outcome Run(BpfProgram program, int device, byte[] frame, uint mark = 0)
    {
        var context = new SkbContext { InterfaceIndex = (uint)device, Mark = mark }.ToBytes();
        var result = _namespace.Run(() => program.TestRun(frame, context));
        return new Outcome((Verdict)result.ReturnValue, result.Data);
    }

    internal Outcome FromPod(Packet packet) => Run(Datapath.Programs.PodOut, PodA, packet);

    internal Outcome FromNetwork(Packet packet) => Run(Datapath.Programs.UplinkIn, Uplink, packet);

    /// <summary>One Service with the given backends, at slots and ids from <paramref name="first"/> on.</summary>
    internal void AddService(string vip, byte protocol, uint first, params string[] backends)
    {
        var end = IPEndPoint.Parse(vip);
        for (var i = 0; i < backends.Length; i++)
        {
            var backend = IPEndPoint.Parse(backends[i]);
            Datapath.Tables.Backends[(int)first + i] = new Backend
            {
                Address = Addr.From(backend.Address),
                Port = (ushort)backend.Port,
                Proto = protocol,
                Flags = (byte)BackendFlags.Usable,
                Generation = 1,
            };
            Datapath.Tables.Slots[(int)first + i] = first + (uint)i;
        }
        Datapath.Tables.Services.TryWrite(
            new SvcKey { Vip = Addr.From(end.Address), Port = (ushort)end.Port, Proto = protocol },
            new SvcEntry { Base = first, Count = (uint)backends.Length, Id = first }).ShouldBeTrue();
    }

    /// <summary>Drops of one reason at all places since <see cref="Reset"/>.</summary>
    public ulong Drops(DropReason reason)
    {
        ulong packets = 0;
        for (var place = 0; place < (int)Place.Count; place++)
        {
            foreach (var counter in Datapath.Tables.Drops.Read(place * AbiConstants.DropReasonStride + (int)reason))
            {
                packets += counter.Packets;
            }
        }
        return packets;
    }

    public void Dispose()
    {
        var pins = Datapath.Pins.Root;
        Datapath.Dispose();
        _netlink.Dispose();
        _namespace.Dispose();
        NetworkNamespace.Delete(_name);
        Pins.RemoveTree(pins);
    }

    private int MakeDevice(string name)
    {
        var link = _netlink.Links.CreateVeth(name, name + "-peer", mac: HostMac);
        _netlink.Links.SetUp(link.Index);
        _netlink.Links.SetUp(_netlink.Links.Get(name + "-peer").Index);
        return link.Index;
    }

    private void Route(string prefix, IPAddress gateway) =>
        _netlink.Routes.Replace(new Route { Destination = IPNetwork.Parse(prefix), Gateway = gateway, InterfaceIndex = Uplink });

    private void AddPod(int device, uint id, params IPAddress[] addresses)
    {
        var entry = new PodEntry { Ifindex = (uint)device, Id = id };
        PodMac.CopyTo(entry.PodMac);
        HostMac.CopyTo(entry.HostMac);
        foreach (var address in addresses)
        {
            Datapath.Tables.Pods.TryWrite(Addr.From(address), entry).ShouldBeTrue();
        }
    }

    private void AddPeer(string prefix, PeerKind kind) =>
        Datapath.Tables.Peers.TryWrite(Nodes.PeerPlan.KeyOf(IPNetwork.Parse(prefix)), new PeerEntry { Kind = (byte)kind }).ShouldBeTrue();
}

/// <summary>TC_ACT_*.</summary>
internal enum Verdict
{
    ToStack = 0,
    Drop = 2,
    Redirect = 7,
}

/// <summary>What a program did with a packet.</summary>
internal sealed record Outcome(Verdict Verdict, byte[] Frame)
{
    /// <summary>As it left; checksums are verified.</summary>
    public Packet Packet => Packet.FromFrame(Frame);
}
