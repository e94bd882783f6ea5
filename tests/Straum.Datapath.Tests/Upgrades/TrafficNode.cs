using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Straum.Control.Routing;
using Straum.Control.Services;
using Straum.Datapath.Conntrack;
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
    public const int ServicePort = 80;

    /// <summary>Of a Service without endpoints: whoever asks is refused.</summary>
    public const int RefusedPort = 81;

    /// <summary>Two endpoints of each Service, in one pod: a flow that lost its entry would change over half of the time.</summary>
    public static readonly int[] BackendPorts = [8080, 8081];

    /// <summary>Entries of the table of Services: these two, of either family and protocol.</summary>
    public const int Frontends = 8;

    // Small where size does not matter, so that making tables does not take the tests' time.
    public static readonly TableSizes Sizes = new() { Backends = 1024, Slots = 4096, Services = 1024, Conntrack = 131_072 };

    private static readonly MacAddress HostMac = MacAddress.Parse("02:00:00:00:00:fe");

    private readonly TestNamespace _node = new();
    private readonly TestPins _pins = new();
    private readonly List<PodBinding> _bindings = [];

    public TrafficNode()
    {
        _node.Namespace.Run(() =>
        {
            Sysctl.Write("net.ipv4.ip_forward", "1");
            Sysctl.Write("net.ipv6.conf.all.forwarding", "1");
        });
        var uplink = _node.Net.Links.CreateVeth("eth0", "eth0", World.Namespace);
        SetUp(_node.Net, "eth0", a => (a.Node, a.UplinkPrefix));
        SetUp(World.Net, "eth0", a => (a.Router, a.UplinkPrefix));
        foreach (var addresses in TrafficAddresses.Both)
        {
            World.Net.Routes.Add(new Route { Destination = addresses.World, Type = RouteType.Local, InterfaceIndex = 1, Table = Route.LocalTable });
            // To the backend alone: an answer to the client's own address would hide that it was not masqueraded.
            World.Net.Routes.Add(new Route { Destination = new IPNetwork(addresses.Backend, addresses.HostPrefix), Gateway = addresses.Node, InterfaceIndex = World.Net.Links.Get("eth0").Index });
            _node.Net.Routes.Add(new Route { Destination = DefaultOf(addresses), Gateway = addresses.Router, InterfaceIndex = uplink.Index });
        }
        World.Net.Links.SetUp(1);
        World.Namespace.Run(() => Sysctl.Write("net.ipv6.ip_nonlocal_bind", "1")); // a local route is enough for IPv4 only
        AddPod(Client, 1, "pod-a", a => a.Client, MacAddress.Parse("02:00:00:00:00:0a"));
        AddPod(Backend, 2, "pod-b", a => a.Backend, MacAddress.Parse("02:00:00:00:00:0b"));
        Run(BpfObjects.Directory, (datapath, attachments) => Program(datapath, attachments, () => { }));
    }

    public TestNamespace Client { get; } = new();

    public TestNamespace Backend { get; } = new();

    public TestNamespace World { get; } = new();

    public string Pins => _pins.Directory;

    /// <summary>Another build takes over, and ends again without detaching.</summary>
    /// <param name="objects">The build.</param>
    /// <param name="sizes">Of its tables.</param>
    /// <param name="before">Told of each step; what it throws ends the build there.</param>
    /// <param name="warn">Told of what is lost.</param>
    public void Install(string objects, TableSizes? sizes = null, Action<string>? before = null, Action<string>? warn = null) => _node.Namespace.Run(() =>
    {
        var installed = new Installation(Options(objects, Pins) with { Warn = warn }, new PinLayout(Pins), before).Run(sizes ?? Sizes);
        installed.Pending.ShouldBeNull();
        if (installed.Objects.Programs.Sweep is { } sweep)
        {
            // Connections that ended, without waiting for their time: a client's port comes again sooner than it does elsewhere.
            new KernelSweeper(sweep).Sweep((ulong)Stopwatch.GetElapsedTime(0, Stopwatch.GetTimestamp()).Add(TimeSpan.FromSeconds(30)).TotalNanoseconds);
        }
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

    /// <summary>
    /// Until disposed of, an exchange of programs is cut off when those of pods are replaced and those of the uplink are not: among
    /// the links, in the order that they are replaced in, is one under a socket program's name that takes no socket program.
    /// </summary>
    public IDisposable RefuseProgramsAfterPods()
    {
        var pin = "";
        Run(BpfObjects.Directory, (datapath, _) =>
        {
            pin = datapath.Pins.Link(datapath.Programs.Sockets[0].Name);
            using var link = BpfLink.AttachTcx(datapath.Programs.PodIn, 1, TcDirection.Ingress);
            link.Pin(pin);
        });
        return new Pinned(pin);
    }

    private sealed class Pinned(string path) : IDisposable
    {
        public void Dispose() => Straum.Linux.Bpf.Pins.Remove(path);
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
        Routing = new RoutingSpec { Mode = RoutingMode.Native, LocalPodPrefixes = [.. TrafficAddresses.Both.Select(a => a.Pods)] },
        Services = new ServicePlan([.. TrafficAddresses.Both.SelectMany(a => new[] { Frontend(a, Protocol.Tcp), Frontend(a, Protocol.Udp), Refused(a, Protocol.Tcp), Refused(a, Protocol.Udp) })], []),
        Uplinks = [.. UplinkFinder.Find(_node.Net.Links.List(), _node.Net.Addresses.List(), [.. TrafficAddresses.Both.Select(a => a.Node)], [])],
        LocalAddresses = [.. TrafficAddresses.Both.Select(a => a.Node)],
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

    private static FrontendSpec Frontend(TrafficAddresses addresses, Protocol protocol) => new()
    {
        Address = addresses.Service,
        Port = ServicePort,
        Protocol = protocol,
        Kind = FrontendKind.ClusterIP,
        ServiceName = new NamespacedName("shop", "web"),
        Backends = [.. BackendPorts.Select(port => new BackendSpec { Address = addresses.Backend, Port = (ushort)port, Ready = true, Serving = true })],
    };

    private static FrontendSpec Refused(TrafficAddresses addresses, Protocol protocol) =>
        Frontend(addresses, protocol) with { Port = RefusedPort, ServiceName = new NamespacedName("shop", "empty"), Backends = [] };

    private void AddPod(TestNamespace pod, uint id, string device, Func<TrafficAddresses, IPAddress> address, MacAddress mac)
    {
        var host = _node.Net.Links.CreateVeth(device, "eth0", pod.Namespace, mac: HostMac, peerMac: mac);
        var inside = pod.Net.Links.Get("eth0").Index;
        pod.Net.Links.SetAddrGenModeNone(inside);
        SetUp(pod.Net, "eth0", a => (address(a), a.HostPrefix));
        _node.Net.Links.SetAddrGenModeNone(host.Index);
        _node.Net.Qdiscs.EnsureClsact(host.Index); // as every ADD leaves it; later it costs packets
        _node.Net.Links.SetUp(host.Index);
        foreach (var addresses in TrafficAddresses.Both)
        {
            var own = new IPNetwork(address(addresses), addresses.HostPrefix);
            _node.Net.Neighbors.Replace(new Neighbor { InterfaceIndex = host.Index, Address = own.BaseAddress, MacAddress = mac });
            _node.Net.Routes.Add(new Route { Destination = own, InterfaceIndex = host.Index, Scope = RouteScope.Link });
            if (addresses == TrafficAddresses.V4)
            {
                pod.Net.Routes.Add(new Route { Destination = new IPNetwork(addresses.Gateway, 32), InterfaceIndex = inside, Scope = RouteScope.Link });
            }
            pod.Net.Routes.Add(new Route { Destination = DefaultOf(addresses), Gateway = addresses.Gateway, InterfaceIndex = inside });
        }
        _bindings.Add(new PodBinding(id, host.Index, mac, HostMac, [.. TrafficAddresses.Both.Select(address)]));
    }

    private static IPNetwork DefaultOf(TrafficAddresses addresses) => IPNetwork.Parse(addresses == TrafficAddresses.V4 ? "0.0.0.0/0" : "::/0");

    private static void SetUp(RtNetlink net, string device, Func<TrafficAddresses, (IPAddress Address, int Prefix)> choose)
    {
        var index = net.Links.Get(device).Index;
        foreach (var (address, prefix) in TrafficAddresses.Both.Select(choose))
        {
            net.Addresses.Add(index, address, prefix, noDad: address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6);
        }
        net.Links.SetUp(index);
    }
}
