using System.Net;
using Straum.Agent.Cni;
using Straum.Agent.Configuration;
using Straum.Agent.Daemon;
using Straum.Agent.Install;
using Straum.Datapath.Nodes;
using Straum.Datapath.Programs;
using Straum.Linux;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Agent.Tests.Install;

/// <summary>A host that has had everything of Straum is afterwards what it was before.</summary>
public sealed class UninstallerTests : IDisposable
{
    private readonly TestNamespace _host = new();
    private readonly TestPins _pins = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;
    private readonly AgentOptions _options;

    public UninstallerTests()
    {
        _options = new AgentOptions
        {
            Node = new NodeOptions { Name = "n1" },
            Cni = new CniOptions { ConfDir = Path.Combine(_directory, "net.d") },
            Paths = new PathOptions
            {
                State = Path.Combine(_directory, "state"),
                Run = Path.Combine(_directory, "run"),
                Bpf = Path.Combine(_pins.Directory, "straum"),
                Objects = Objects(),
            },
        };
        _host.Net.Links.CreateVeth("eth0", "wire");
        _host.Net.Links.SetUp(_host.Net.Links.Get("eth0").Index);
        _host.Net.Links.SetUp(_host.Net.Links.Get("wire").Index);
        _host.Net.Addresses.Add(_host.Net.Links.Get("eth0").Index, IPAddress.Parse("172.30.0.11"), 24);
        _host.Namespace.Run(() => Sysctl.Write("net.ipv4.ip_local_reserved_ports", "8080"));
        Directory.CreateDirectory(BinDirectory);
        File.WriteAllText(Path.Combine(BinDirectory, "bridge"), "");
    }

    private string BinDirectory => Path.Combine(_directory, "bin");

    public void Dispose()
    {
        _pins.Dispose();
        _host.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Run_AfterAnAgentLeftEverything_LeavesTheHostAsItWas()
    {
        var before = Host();
        LeaveEverything();
        Host().ShouldNotBe(before);

        var removed = Uninstall();

        Host().ShouldBe(before);
        removed.ShouldContain("program at uplink-" + _host.Net.Links.Get("eth0").Index + "-in");
        removed.ShouldContain("device straumabcdefghi");
        removed.ShouldContain("device straumbcdefghij");
        removed.ShouldContain("route 10.244.2.0/24");
        removed.ShouldContain("setting net.ipv4.ip_local_reserved_ports: back to 8080");
        Uninstall().ShouldBeEmpty("it is safe to repeat");
    }

    [Fact]
    public void Run_SettingThatSomeoneChangedSince_IsLeftAlone()
    {
        LeaveEverything();
        _host.Namespace.Run(() => Sysctl.Write("net.ipv4.ip_local_reserved_ports", "9000"));

        Uninstall();

        _host.Namespace.Run(() => Sysctl.Read("net.ipv4.ip_local_reserved_ports")).Trim().ShouldBe("9000");
    }

    [Fact]
    public void Run_WhileAnAgentRuns_TouchesNothing()
    {
        LeaveEverything();
        var before = Host();
        using (AgentLock.Take(_options.Paths.Run))
        {
            Should.Throw<IOException>(Uninstall).Message.ShouldContain("held by another agent");
        }
        Host().ShouldBe(before);
    }

    private List<string> Uninstall()
    {
        var removed = new List<string>();
        _host.Namespace.Run(() => Uninstaller.Run(_options, BinDirectory, removed.Add));
        return removed;
    }

    // As after an agent that ran for a while and was killed.
    private void LeaveEverything() => _host.Namespace.Run(() =>
    {
        Directory.CreateDirectory(_options.Paths.State);
        Directory.CreateDirectory(_options.Paths.Run);
        AgentLock.Take(_options.Paths.Run).Dispose();
        HostSettings.Apply(_options, SettingsRecord.In(_options.Paths.State));
        HostSettings.Apply(_options, SettingsRecord.In(_options.Paths.State));
        using var datapath = DatapathLoader.Load(new LoaderOptions { ObjectDirectory = _options.Paths.Objects, PinDirectory = _options.Paths.Bpf });
        using var netlink = RtNetlink.Open();
        using var attachments = new Attachments(datapath, netlink);
        var uplink = netlink.Links.Get("eth0").Index;
        attachments.AttachDevice("uplink", uplink, datapath.Programs.UplinkIn, datapath.Programs.UplinkOut);
        OverlayDevice.Ensure(netlink, 8472, 1450);
        netlink.Routes.Add(new Route { Destination = IPNetwork.Parse("10.244.2.0/24"), Gateway = IPAddress.Parse("172.30.0.12"), InterfaceIndex = uplink, Protocol = RoutePlan.Protocol });
        netlink.Routes.Add(new Route { Destination = IPNetwork.Parse("10.244.1.0/24"), Type = RouteType.Unreachable, Metric = 77, Protocol = RoutePlan.Protocol });
        var pod = netlink.Links.CreateVeth("straumabcdefghi", "inside");
        netlink.Links.SetUp(pod.Index);
        attachments.AttachDevice("pod", pod.Index, datapath.Programs.PodOut, datapath.Programs.PodIn);
        var latest = netlink.Links.CreateVeth("straumbcdefghij", "latest");
        attachments.AttachProvisionally("pod", latest.Index, datapath.Programs.PodOut, datapath.Programs.PodIn);
        netlink.Routes.Add(new Route { Destination = IPNetwork.Parse("10.244.1.2/32"), InterfaceIndex = pod.Index, Scope = RouteScope.Link, Protocol = (RouteProtocol)PodLink.RouteProtocol });
        CniConfigFile.Write(_options.Cni.ConfDir, "straum", "/run/straum/agent.sock", "/var/lib/straum/cni/pending");
        File.WriteAllText(Path.Combine(BinDirectory, CniConfigFile.PluginType), "");
        File.WriteAllText(Path.Combine(BinDirectory, $".{CniConfigFile.PluginType}.0123456789abcdef0123456789abcdef.new"), "of a write that was killed");
        File.WriteAllText(Path.Combine(_options.Paths.State, PodRegistry.JournalName), "");
        Directory.CreateDirectory(Path.Combine(_options.Paths.State, "cni", "pending"));
        File.WriteAllText(Path.Combine(_options.Paths.Run, "agent.sock"), "");
    });

    // Everything that somebody might notice.
    private List<string> Host() => _host.Namespace.Run(() =>
    {
        var eth0 = _host.Net.Links.Get("eth0").Index;
        return (List<string>)
        [
            // Whether a device is running, the kernel finds out by itself a moment after it is up, and adds IPv6 routes then.
            .. _host.Net.Links.List().Select(l => $"device {l.Name} {l.Flags & ~LinkFlags.Running}"),
            .. _host.Net.Routes.List(table: 0).Where(r => r.Destination.BaseAddress is { IsIPv6LinkLocal: false, IsIPv6Multicast: false }).Select(r => $"route {r}"),
            .. new[] { "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "net.ipv6.conf.eth0.accept_ra", "net.ipv4.ip_local_reserved_ports" }.Select(s => $"{s} {Sysctl.Read(s).Trim()}"),
            .. new[] { TcDirection.Ingress, TcDirection.Egress }.Select(d => $"programs at eth0 {d}: {BpfQuery.Tcx(eth0, d).Count}"),
            .. Directory.EnumerateFileSystemEntries(_directory, "*", SearchOption.AllDirectories).Where(f => f != _options.Cni.ConfDir).Order(StringComparer.Ordinal),
            .. Directory.EnumerateFileSystemEntries(_pins.Directory, "*", SearchOption.AllDirectories),
        ];
    });

    private static string Objects()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "straum.slnx")))
        {
            folder = folder.Parent!;
        }
        return Path.Combine(folder.FullName, "bin", "bpf");
    }
}
