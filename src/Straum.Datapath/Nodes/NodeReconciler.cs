using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Straum.Control.Problems;
using Straum.Control.Routing;
using Straum.Control.Services;
using Straum.Datapath.Abi;
using Straum.Datapath.Audit;
using Straum.Datapath.Programs;
using Straum.Datapath.Services;
using Straum.Datapath.Tables;
using Straum.Kubernetes.Objects;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Nodes;

/// <summary>
/// Writes a <see cref="NodeIntent"/> into the kernel by differences. Not thread-safe: one loop owns it.
/// What a packet may meet half-way is ordered: tables before the programs that read them, the overlay device
/// before the routes into it.
/// </summary>
public sealed class NodeReconciler
{
    private const string UplinkRole = LinkName.Uplink;
    private const string OverlayRole = LinkName.Overlay;

    private readonly LoadedDatapath _datapath;
    private readonly Attachments _attachments;
    private readonly RtNetlink _netlink;
    private readonly TimeProvider _clock;
    private TableReconciler<PeerKey, PeerEntry> _peers;
    private ServiceAddressTable _serviceAddresses;
    private readonly RouteReconciler _routes;
    private readonly HashSet<(string Role, int Index)> _attached = [];
    private IReadOnlyCollection<Route> _routesBefore = [];
    private NodeConfig? _config;

    // Tables that had no room for a Service in the last pass: since when, without a pass in between that had, and why.
    private readonly Dictionary<string, (long Since, string Why)> _short = [];

    // When the last pass over Services began: what had rested long enough then was free in it.
    private long _servicesAt;

    public NodeReconciler(LoadedDatapath datapath, Attachments attachments, RtNetlink netlink, TimeProvider clock)
    {
        _datapath = datapath;
        _attachments = attachments;
        _netlink = netlink;
        _clock = clock;
        _peers = new TableReconciler<PeerKey, PeerEntry>(datapath.Tables.Peers);
        _routes = new RouteReconciler(netlink);
        Services = new ServiceReconciler(new KernelServiceTables(datapath.Tables), clock);
        _serviceAddresses = new ServiceAddressTable(datapath.Tables.ServiceAddresses);
    }

    public ServiceReconciler Services { get; private set; }

    /// <summary>What was found otherwise than it had been left.</summary>
    public DriftCounters Drift { get; } = new();

    /// <summary>
    /// Compares the tables with what was written to them. Run it before a pass, which repairs what this one
    /// does not by itself; routes and programs are compared by every <see cref="WriteNode"/>.
    /// </summary>
    public void Audit()
    {
        Services.Audit(Drift);
        Drift.Add("service_addresses", _serviceAddresses.Audit());
        Drift.Add("peers", _peers.Audit());
        if (_config is { } config && !_datapath.Tables.Config.Value.Equals(config))
        {
            Drift.Add("config", 1);
            _datapath.Tables.Config.Value = config;
        }
    }

    /// <summary>Programs change over to larger tables by their links, which devices have from Linux 6.6 (tcx) on.</summary>
    public static bool CanGrow => Features.Tcx.IsSupported;

    /// <summary>
    /// The tables that are nearly full, and those that have had no room for a Service for longer than
    /// <see cref="ServiceReconciler.Grace"/>: until then what rests may be all that is missing.
    /// </summary>
    /// <exception cref="Straum.Linux.LinuxException">A table could not be read.</exception>
    public TableGrowth FindShort()
    {
        var now = TableSizes.Of(_datapath.Tables);
        var needs = TableUse.Read(_datapath.Tables).Where(t => t.IsNearlyFull || IsLasting(t.Name))
            .Select(t => new TableNeed(t, t.IsNearlyFull ? $"has {t.Used} of {t.Capacity} entries" : _short[t.Name].Why))
            .ToLookup(need => CanGrow && now.Doubled(need.Table.Name) != now);
        return new TableGrowth([.. needs[true]], [.. needs[false]], [.. _short.Keys.Except(needs.SelectMany(n => n).Select(n => n.Table.Name))]);
    }

    /// <summary>Doubles the tables that <see cref="FindShort"/> found, under traffic.</summary>
    /// <exception cref="Straum.Linux.LinuxException">There is no memory for it; everything is as it was.</exception>
    /// <exception cref="ExchangeUnfinishedException">The agent has to end.</exception>
    public void Grow(TableGrowth growth)
    {
        if (growth.Growing.Count == 0)
        {
            return;
        }
        // Before everybody has to wait: what is left then is little.
        _attachments.SettleEach();
        _datapath.Grow(growth.Growing.Aggregate(TableSizes.Of(_datapath.Tables), (sizes, need) => sizes.Doubled(need.Table.Name)), learn: () =>
        {
            _peers = new TableReconciler<PeerKey, PeerEntry>(_datapath.Tables.Peers);
            Services = new ServiceReconciler(new KernelServiceTables(_datapath.Tables), _clock);
            _serviceAddresses = new ServiceAddressTable(_datapath.Tables.ServiceAddresses);
        });
    }

    /// <summary>Writes the Services: a part of its own, without order towards the rest, that asks nothing of netlink.</summary>
    /// <exception cref="Straum.Linux.LinuxException">The kernel refused a write; the pass can be run again.</exception>
    public ServicePass WriteServices(ServicePlan plan)
    {
        _servicesAt = _clock.GetTimestamp();
        var pass = Services.Reconcile(plan.Frontends);
        _serviceAddresses.Reconcile(plan.Frontends);
        RememberShort(pass);
        return pass;
    }

    private void RememberShort(ServicePass pass)
    {
        var now = _clock.GetTimestamp();
        var tables = pass.Short.DistinctBy(s => s.Table).ToDictionary(s => s.Table, s => (_short.TryGetValue(s.Table, out var before) ? before.Since : now, s.Why));
        _short.Clear();
        foreach (var (table, shortage) in tables)
        {
            _short.Add(table, shortage);
        }
    }

    // What was let go of before the shortage began had rested by then, and was not enough.
    private bool IsLasting(string table) => _short.TryGetValue(table, out var shortage) && _clock.GetElapsedTime(shortage.Since, _servicesAt) >= ServiceReconciler.Grace;

    /// <summary>Writes all but the Services, which are to be written before: from here on a former build's tables are given up.</summary>
    /// <exception cref="Straum.Linux.LinuxException">The kernel refused a step; those before it are done, and the pass can be run again.</exception>
    public NodePass WriteNode(NodeIntent intent)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();

        // :: Step 1: who owns which prefix, and who this node is.
        var overlay = EnsureOverlay(intent);
        WriteConfig(intent, overlay);
        var peers = _peers.Reconcile(PeerPlan.Build(intent.Routing, intent.LocalAddresses, intent.Settings.NonMasquerade));
        if (peers.Full.Count > 0)
        {
            problems.Add(PeersFull(intent, peers.Full.Count));
        }
        var unplaced = problems.ToImmutable();

        // :: Step 2: the programs that read it. From here on the tables are complete, whatever a former build left.
        _datapath.TakeOver();
        AttachDevices(intent, overlay);

        // :: Step 3: the routes that bring the host's own traffic there.
        var plan = RoutePlan.Build(intent.Routing, intent.Uplinks[0], overlay, intent.Settings.DirectNodeRoutes);
        problems.AddRange(plan.Problems);
        var routes = _routes.Reconcile(plan.Routes);
        if (_routesBefore.SequenceEqual(plan.Routes))
        {
            Drift.Add("routes", routes);
        }
        _routesBefore = plan.Routes;

        return new NodePass(peers.Written + peers.Deleted, routes, unplaced, problems.ToImmutable());
    }

    private int EnsureOverlay(NodeIntent intent)
    {
        if (intent.Routing.Mode == RoutingMode.Vxlan)
        {
            return OverlayDevice.Ensure(_netlink, intent.Settings.VxlanPort, intent.Settings.Mtu);
        }
        OverlayDevice.Remove(_netlink);
        return 0;
    }

    private void WriteConfig(NodeIntent intent, int overlay)
    {
        var settings = intent.Settings;
        var config = new NodeConfig
        {
            Node4 = AddressOf(intent, AddressFamily.InterNetwork),
            Node6 = AddressOf(intent, AddressFamily.InterNetworkV6),
            OverlayIfindex = (uint)overlay,
            Vni = settings.Vni,
            SnatPortMin = settings.SnatPortMin,
            SnatPortMax = settings.SnatPortMax,
            Flags = (uint)(settings.Masquerade ? NodeFlags.Masquerade : NodeFlags.None),
        };
        _config = config;
        if (!_datapath.Tables.Config.Value.Equals(config))
        {
            _datapath.Tables.Config.Value = config;
        }
    }

    private static Addr AddressOf(NodeIntent intent, AddressFamily family) =>
        intent.Uplinks[0].NodeAddresses.FirstOrDefault(a => a.AddressFamily == family) is { } address ? Addr.From(address) : default;

    private void AttachDevices(NodeIntent intent, int overlay)
    {
        var programs = _datapath.Programs;
        var wanted = intent.Uplinks.Select(u => (Role: UplinkRole, u.Index)).ToHashSet();
        if (overlay != 0)
        {
            wanted.Add((OverlayRole, overlay));
        }
        foreach (var device in _attached.Except(wanted).ToArray())
        {
            _attachments.DetachDevice(device.Role, device.Index);
            _attached.Remove(device);
        }
        foreach (var (role, index) in wanted.Where(device => !_attachments.IsAttached(device.Role, device.Index)))
        {
            var (incoming, outgoing) = role == UplinkRole
                ? (programs.UplinkIn, programs.UplinkOut)
                : (programs.OverlayIn, programs.OverlayOut);
            _attachments.AttachDevice(role, index, incoming, outgoing);
            Drift.Add("programs", _attached.Add((role, index)) ? 0 : 1);
        }
    }

    private Problem PeersFull(NodeIntent intent, int missing) => new()
    {
        Severity = Severity.Error,
        Object = new ObjectName("Node", new NamespacedName("", intent.NodeName)),
        Message = $"{missing} of the prefixes of {intent.Routing.Peers.Length} nodes did not fit into the table peers ({_datapath.Tables.Peers.Capacity} entries).",
        Fix = TableFullException.FixFor("tables.peers"),
    };
}
