using System.Collections.Immutable;
using System.Net;
using Straum.Control.Routing;
using Straum.Control.Services;
using Straum.Datapath.Nodes;
using Straum.Datapath.Pods;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Kubernetes.Objects;
using Straum.Linux;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Tests.Upgrades;

/// <summary>
/// A node with two pods and a host outside, joined by the real programs: real packets take the ways that they take on a real
/// node. Builds of the datapath come and go over it, as agents do.
/// </summary>
internal sealed class TrafficNode : IDisposable
{
    public static readonly IPAddress ClientAddress = IPAddress.Parse("10.244.1.2");
    public static readonly IPAddress BackendAddress = IPAddress.Parse("10.244.1.3");
    public static readonly IPAddress ServiceAddress = IPAddress.Parse("10.96.0.10");
    public const int ServicePort = 80;
    public const int BackendPort = 8080;
    public const int WorldAddresses = 32;

    // Small where size does not matter, so that making tables does not take the tests' time.
    public static readonly TableSizes Sizes = new() { Backends = 1024, Slots = 4096, Services = 1024, Conntrack = 131_072 };

    private static readonly MacAddress HostMac = MacAddress.Parse("02:00:00:00:00:fe");
    private static readonly IPAddress NodeAddress = IPAddress.Parse("172.30.0.11");
    private static readonly IPAddress RouterAddress = IPAddress.Parse("172.30.0.1");

    private readonly TestNamespace _node = new();
    private readonly TestPins _pins = new();
    private readonly List<PodBinding> _bindings = [];

    public TrafficNode()
    {
        _node.Namespace.Run(() => Sysctl.Write("net.ipv4.ip_forward", "1"));
        var uplink = _node.Net.Links.CreateVeth("eth0", "eth0", World.Namespace);
        SetUp(_node.Net, "eth0", NodeAddress, 24);
        SetUp(World.Net, "eth0", RouterAddress, 24);
        World.Net.Routes.Add(new Route { Destination = IPNetwork.Parse("203.0.113.0/24"), Type = RouteType.Local, InterfaceIndex = 1, Table = Route.LocalTable });
        _node.Net.Routes.Add(new Route { Destination = IPNetwork.Parse("0.0.0.0/0"), Gateway = RouterAddress, InterfaceIndex = uplink.Index });
        AddPod(Client, 1, "pod-a", ClientAddress, MacAddress.Parse("02:00:00:00:00:0a"));
        AddPod(Backend, 2, "pod-b", BackendAddress, MacAddress.Parse("02:00:00:00:00:0b"));
        Run(BpfObjects.Directory, (datapath, attachments) => Program(datapath, attachments, () => { }));
    }

    public TestNamespace Client { get; } = new();

    public TestNamespace Backend { get; } = new();

    public TestNamespace World { get; } = new();

    public string Pins => _pins.Directory;

    public static IPAddress WorldAddress(int number) => IPAddress.Parse($"203.0.113.{1 + number % WorldAddresses}");

    /// <summary>Another build takes over, and ends again without detaching.</summary>
    public void Install(string objects, TableSizes? sizes = null) => _node.Namespace.Run(() =>
    {
        var installed = new Installation(Options(objects, Pins), new PinLayout(Pins)).Run(sizes ?? Sizes);
        installed.Pending.ShouldBeNull();
        installed.Objects.Dispose();
    });

    /// <summary>A process that installs these builds in turn, for ever.</summary>
    public NamespacedProcess StartInstaller(params string[] builds) => NamespacedProcess.Start(_node.Namespace, new ProcessSpec
    {
        FileName = Environment.ProcessPath!,
        Arguments = [InstallerProgram.Argument, Pins, .. builds],
    });

    public static LoaderOptions Options(string objects, string pins) => new() { ObjectDirectory = objects, PinDirectory = pins, Sizes = Sizes };

    /// <summary>What an agent does: first its pods, then, once it has heard from the API, everything else.</summary>
    public void Program(LoadedDatapath datapath, Attachments attachments, Action beforeNode, Action<NodeReconciler>? then = null)
    {
        var pods = new PodTable(datapath, attachments);
        _bindings.ForEach(pod => pods.Bind(pod));
        beforeNode();
        using var netlink = RtNetlink.Open();
        var reconciler = new NodeReconciler(datapath, attachments, netlink, TimeProvider.System);
        Write(reconciler);
        then?.Invoke(reconciler);
    }

    /// <summary>Puts filters in the place of the pods' links: as after an ADD whose agent was killed before it settled it.</summary>
    public void LeavePodsProvisional() => Run(BpfObjects.Directory, (datapath, _) =>
    {
        foreach (var device in _bindings.Select(b => b.InterfaceIndex))
        {
            foreach (var (direction, program) in new[] { (TcDirection.Ingress, datapath.Programs.PodOut), (TcDirection.Egress, datapath.Programs.PodIn) })
            {
                new TcAttachment(device, direction).Attach(_node.Net, program);
                var pin = datapath.Pins.Link($"pod-{device}-{(direction == TcDirection.Ingress ? "in" : "out")}");
                using var link = BpfLink.OpenPinned(pin);
                link.Detach();
                Straum.Linux.Bpf.Pins.Remove(pin);
            }
        }
    });

    /// <summary>What one pass of an agent writes.</summary>
    public void Write(NodeReconciler reconciler)
    {
        var intent = Intent();
        reconciler.WriteServices(intent.Services).Problems.ShouldBeEmpty();
        reconciler.WriteNode(intent).Problems.ShouldBeEmpty();
    }

    /// <summary>The next build finds something under this table's name that it cannot make sense of. The programs keep what they have.</summary>
    public void SpoilPin(string table)
    {
        var pin = Path.Combine(new PinLayout(Pins).Current()!.Directory, table);
        Straum.Linux.Bpf.Pins.Remove(pin);
        using var other = BpfMap.Create(BpfMapSpec.Hash<uint, uint>(table, 1));
        other.Pin(pin);
    }

    /// <summary>An agent's life over the layouts that this assembly was compiled with.</summary>
    public void Run(string objects, Action<LoadedDatapath, Attachments> life, TableSizes? sizes = null) => _node.Namespace.Run(() =>
    {
        using var datapath = DatapathLoader.Load(Options(objects, Pins) with { Sizes = sizes ?? Sizes });
        using var netlink = RtNetlink.Open();
        using var attachments = new Attachments(datapath, netlink);
        life(datapath, attachments);
    });

    public NodeIntent Intent() => new()
    {
        NodeName = "n1",
        Routing = new RoutingSpec { Mode = RoutingMode.Native, LocalPodPrefixes = [IPNetwork.Parse("10.244.1.0/24")] },
        Services = new ServicePlan([Frontend(Protocol.Tcp), Frontend(Protocol.Udp)], []),
        Uplinks = [.. UplinkFinder.Find(_node.Net.Links.List(), _node.Net.Addresses.List(), [NodeAddress], [])],
        LocalAddresses = [NodeAddress],
        Settings = new NodeSettings { Mtu = 1500 },
    };

    public void Dispose()
    {
        _pins.Dispose();
        Client.Dispose();
        Backend.Dispose();
        World.Dispose();
        _node.Dispose();
    }

    private static FrontendSpec Frontend(Protocol protocol) => new()
    {
        Address = ServiceAddress,
        Port = ServicePort,
        Protocol = protocol,
        Kind = FrontendKind.ClusterIP,
        ServiceName = new NamespacedName("shop", "web"),
        Backends = [new BackendSpec { Address = BackendAddress, Port = BackendPort, Ready = true, Serving = true }],
    };

    private void AddPod(TestNamespace pod, uint id, string device, IPAddress address, MacAddress mac)
    {
        var host = _node.Net.Links.CreateVeth(device, "eth0", pod.Namespace, mac: HostMac, peerMac: mac);
        var gateway = IPAddress.Parse("169.254.1.1");
        var inside = pod.Net.Links.Get("eth0").Index;
        SetUp(pod.Net, "eth0", address, 32);
        _node.Net.Links.SetUp(host.Index);
        _node.Net.Neighbors.Replace(new Neighbor { InterfaceIndex = host.Index, Address = address, MacAddress = mac });
        _node.Net.Routes.Add(new Route { Destination = new IPNetwork(address, 32), InterfaceIndex = host.Index, Scope = RouteScope.Link });
        pod.Net.Routes.Add(new Route { Destination = new IPNetwork(gateway, 32), InterfaceIndex = inside, Scope = RouteScope.Link });
        pod.Net.Routes.Add(new Route { Destination = IPNetwork.Parse("0.0.0.0/0"), Gateway = gateway, InterfaceIndex = inside });
        _bindings.Add(new PodBinding(id, host.Index, mac, HostMac, [address]));
    }

    private static void SetUp(RtNetlink net, string device, IPAddress address, int prefix)
    {
        var index = net.Links.Get(device).Index;
        net.Addresses.Add(index, address, prefix);
        net.Links.SetUp(index);
    }
}
