using System.Net;
using Straum.Control.Routing;
using Straum.Control.Services;
using Straum.Datapath.Nodes;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Tests.Nodes;

/// <summary>
/// A node as the agent meets it: a namespace with one uplink, and pins that outlive the "agent" that made them.
/// </summary>
internal sealed class KernelFixture : IDisposable
{
    private readonly TestNamespace _namespace = new();
    private readonly TestPins _pins = new();

    public KernelFixture()
    {
        Net.Links.CreateVeth("eth0", "wire");
        Net.Links.SetUp(Net.Links.Get("wire").Index);
        Eth0 = Net.Links.Get("eth0").Index;
        Net.Addresses.Add(Eth0, IPAddress.Parse("172.30.0.11"), 24);
        Net.Addresses.Add(Eth0, IPAddress.Parse("fd30::11"), 64, noDad: true);
        Net.Links.SetUp(Eth0);
    }

    public RtNetlink Net => _namespace.Net;

    public NetworkNamespace Namespace => _namespace.Namespace;

    public int Eth0 { get; }

    public string PinsOf(string name) => Path.Combine(_pins.Directory, name);

    /// <summary>An agent's life: what it loads and attaches, on a thread in the node's namespace. Ends without detaching.</summary>
    public void Agent(Action<LoadedDatapath, Attachments, NodeReconciler> life) => Agent(BpfObjects.Directory, new TableSizes(), (datapath, attachments) =>
    {
        using var netlink = RtNetlink.Open();
        life(datapath, attachments, new NodeReconciler(datapath, attachments, netlink, TimeProvider.System));
    });

    /// <summary>The same with objects of the caller's, and tables as large as it says.</summary>
    public void Agent(string objects, TableSizes sizes, Action<LoadedDatapath, Attachments> life) => _namespace.Namespace.Run(() =>
    {
        using var datapath = DatapathLoader.Load(new LoaderOptions { ObjectDirectory = objects, PinDirectory = _pins.Directory, Sizes = sizes });
        using var netlink = RtNetlink.Open();
        using var attachments = new Attachments(datapath, netlink);
        life(datapath, attachments);
    });

    public NodeIntent Intent(RoutingMode mode, params PeerSpec[] peers) => new()
    {
        NodeName = "n1",
        Routing = new RoutingSpec { Mode = mode, Peers = [.. peers], LocalPodPrefixes = [IPNetwork.Parse("10.244.1.0/24")] },
        Services = ServicePlan.Empty,
        Uplinks = [.. UplinkFinder.Find(Net.Links.List(), Net.Addresses.List(), [IPAddress.Parse("172.30.0.11"), IPAddress.Parse("fd30::11")], [])],
        LocalAddresses = [IPAddress.Parse("172.30.0.11"), IPAddress.Parse("fd30::11")],
        Settings = new NodeSettings { Mtu = mode == RoutingMode.Vxlan ? 1450 : 1500 },
    };

    public static PeerSpec Peer(RoutingMode mode) => new()
    {
        NodeName = "n2",
        AddressV4 = IPAddress.Parse("172.30.0.12"),
        AddressV6 = IPAddress.Parse("fd30::12"),
        TunnelAddress = mode == RoutingMode.Vxlan ? IPAddress.Parse("172.30.0.12") : null,
        PodPrefixes = [IPNetwork.Parse("10.244.2.0/24"), IPNetwork.Parse("fd44:0:0:2::/64")],
    };

    /// <summary>Our routes as "destination via gateway dev".</summary>
    public string[] Routes() =>
    [
        .. Net.Routes.List(protocol: RoutePlan.Protocol).Where(r => r.Type == RouteType.Unicast)
            .Select(r => $"{r.Destination} via {r.Gateway?.ToString() ?? "-"} {Net.Links.Get(r.InterfaceIndex).Name}").Order(StringComparer.Ordinal),
    ];

    public void Dispose()
    {
        _namespace.Dispose();
        _pins.Dispose();
    }
}
