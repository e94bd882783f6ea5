using System.Net;
using Straum.Datapath.Abi;
using Straum.Datapath.Nodes;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Linux;
using Straum.Linux.Netlink;
using static Straum.Datapath.Tests.Packets.Topology;

namespace Straum.Datapath.Tests.Packets;

/// <summary>
/// The real programs and tables in a namespace of their own, amid <see cref="Topology"/>. Packets go in through the kernel's
/// test run, so nothing is sent anywhere.
/// </summary>
public partial class DatapathFixture : IDisposable
{
    private readonly TestNamespace _namespace = new();
    private readonly TestPins _pins = new();
    private readonly BpfTable<FragmentKey, FragmentEntry> _fragments;
    private readonly Straum.Linux.Bpf.BpfMap _fragmentMap;

    public DatapathFixture()
        : this(new TableSizes())
    {
    }

    protected DatapathFixture(TableSizes sizes)
    {
        _namespace.Namespace.Run(() =>
        {
            Sysctl.Write("net.ipv4.ip_forward", "1");
            Sysctl.Write("net.ipv6.conf.all.forwarding", "1");
        });
        PodA = MakeDevice("pod-a");
        PodB = MakeDevice("pod-b");
        Overlay = MakeDevice("overlay");
        Uplink = MakeDevice("uplink");
        Narrow = MakeDevice("narrow");
        _namespace.Net.Links.SetMtu(Narrow, NarrowMtu);
        MakeRoutes();

        Datapath = DatapathLoader.Load(new LoaderOptions
        {
            ObjectDirectory = BpfObjects.Directory,
            PinDirectory = _pins.Directory,
            Sizes = sizes,
        });
        _fragmentMap = Straum.Linux.Bpf.BpfMap.OpenPinned(Datapath.PinOf("fragments"));
        _fragments = new BpfTable<FragmentKey, FragmentEntry>(_fragmentMap);
        AddPod(PodA, 1, PodA4, PodA6);
        AddPod(PodB, 2, PodB4, PodB6);
        AddPeers();
        Reset();
    }

    public LoadedDatapath Datapath { get; }
    public NetworkNamespace Namespace => _namespace.Namespace;
    public RtNetlink Net => _namespace.Net;
    public int PodA { get; }

    /// <summary>The other end of pod A's veth.</summary>
    public int InsidePodA => _namespace.Net.Links.Get("pod-a-peer").Index;

    public int PodB { get; }
    public int Overlay { get; }
    public int Uplink { get; }
    public int Narrow { get; }

    /// <summary>Forgets flows, fragments, counters and Services, and takes the configuration back to where it began.</summary>
    public void Reset()
    {
        Checksummed = true;
        Datapath.Tables.Conntrack.Clear();
        Datapath.Tables.Services.Clear();
        Datapath.Tables.ServiceAddresses.Clear();
        Datapath.Tables.Sockets.Clear();
        _fragments.Clear();
        for (var i = 0; i < Datapath.Tables.Drops.Length; i++)
        {
            Datapath.Tables.Drops.Clear(i);
        }
        Datapath.Tables.Counters.Clear(0);
        Datapath.Tables.Config.Value = new NodeConfig
        {
            Node4 = Addr.From(Node4),
            Node6 = Addr.From(Node6),
            OverlayIfindex = (uint)Overlay,
            Vni = Vni,
            SnatPortMin = SnatPortMin,
            SnatPortMax = SnatPortMax,
            Flags = (uint)NodeFlags.Masquerade,
        };
    }

    public virtual void Dispose()
    {
        _fragmentMap.Dispose();
        Datapath.Dispose();
        _pins.Dispose();
        _namespace.Dispose();
        GC.SuppressFinalize(this);
    }

    private int MakeDevice(string name)
    {
        var link = _namespace.Net.Links.CreateVeth(name, name + "-peer", mac: HostMac);
        _namespace.Net.Links.SetUp(link.Index);
        _namespace.Net.Links.SetUp(_namespace.Net.Links.Get(name + "-peer").Index);
        return link.Index;
    }

    private void MakeRoutes()
    {
        _namespace.Net.Addresses.Add(Uplink, Node4, 24, noDad: true);
        _namespace.Net.Addresses.Add(Uplink, Node6, 64, noDad: true);
        var narrow4 = IPAddress.Parse("172.31.0.1");
        var narrow6 = IPAddress.Parse("fd31::1");
        _namespace.Net.Addresses.Add(Narrow, IPAddress.Parse("172.31.0.11"), 24, noDad: true);
        _namespace.Net.Addresses.Add(Narrow, IPAddress.Parse("fd31::11"), 64, noDad: true);
        foreach (var (device, address, mac) in new[]
        {
            (Uplink, Router4, RouterMac), (Uplink, Router6, RouterMac), (Uplink, Peer4, PeerMac), (Uplink, Peer6, PeerMac),
            (Narrow, narrow4, RouterMac), (Narrow, narrow6, RouterMac),
        })
        {
            _namespace.Net.Neighbors.Replace(new Neighbor { InterfaceIndex = device, Address = address, MacAddress = mac, State = NeighborState.Permanent });
        }

        Route("0.0.0.0/0", Uplink, Router4);
        Route("::/0", Uplink, Router6);
        Route("10.244.2.0/24", Uplink, Peer4);
        Route("fd44:0:0:2::/64", Uplink, Peer6);
        foreach (var (four, six) in new[] { (Narrow4, Narrow6), (NarrowWorld4, NarrowWorld6) })
        {
            Route($"{four}/32", Narrow, narrow4);
            Route($"{six}/128", Narrow, narrow6);
        }
        foreach (var lost in new[] { "10.244.9.0/24", "fd44:0:0:9::/64", $"{LostWorld4}/32", $"{LostWorld6}/128", "10.244.1.0/24", "fd44:0:0:1::/64" })
        {
            _namespace.Net.Routes.Replace(new Route { Destination = IPNetwork.Parse(lost), Type = RouteType.Unreachable });
        }
    }

    private void Route(string prefix, int device, IPAddress gateway) =>
        _namespace.Net.Routes.Replace(new Route { Destination = IPNetwork.Parse(prefix), Gateway = gateway, InterfaceIndex = device });

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

    private void AddPeers()
    {
        foreach (var prefix in new[] { "10.244.1.0/24", "fd44:0:0:1::/64" })
        {
            AddPeer(prefix, PeerKind.LocalPod);
        }
        foreach (var prefix in new[] { "10.244.2.0/24", "fd44:0:0:2::/64", "10.244.8.0/24", "fd44:0:0:8::/64", "10.244.9.0/24", "fd44:0:0:9::/64" })
        {
            AddPeer(prefix, PeerKind.RemotePod);
        }
        foreach (var prefix in new[] { "10.244.3.0/24", "fd44:0:0:3::/64" })
        {
            AddPeer(prefix, PeerKind.RemotePod, Peer4);
        }
        foreach (var prefix in new[] { "10.244.4.0/24", "fd44:0:0:4::/64" })
        {
            AddPeer(prefix, PeerKind.RemotePod, Peer6);
        }
        foreach (var prefix in new[] { "192.168.50.0/24", "2001:db8:50::/64" })
        {
            AddPeer(prefix, PeerKind.Direct);
        }
        AddPeer($"{Peer4}/32", PeerKind.RemoteNode);
        AddPeer($"{Peer6}/128", PeerKind.RemoteNode);
        AddPeer($"{Node4}/32", PeerKind.LocalNode);
        AddPeer($"{Node6}/128", PeerKind.LocalNode);
    }

    private void AddPeer(string prefix, PeerKind kind, IPAddress? tunnel = null) =>
        Datapath.Tables.Peers.TryWrite(
            PeerPlan.KeyOf(IPNetwork.Parse(prefix)),
            new PeerEntry { Kind = (byte)kind, Tunnel = tunnel is null ? default : Addr.From(tunnel) }).ShouldBeTrue();
}
