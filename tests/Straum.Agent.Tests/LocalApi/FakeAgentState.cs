using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;

namespace Straum.Agent.Tests.LocalApi;

/// <summary>An agent of which everything is right until a test says otherwise.</summary>
internal sealed class FakeAgentState(string node) : IAgentState
{
    public StatusReport Status { get; set; } = new(
        node, "0.1.0", 192, Waiting: null,
        new ApiReport("https://172.30.0.1:6443", Synced: true, LastError: null, [new WatchReport("Service", Connected: true, 12, "345", 2.5)]),
        "native", 1500, ["10.244.1.0/24", "fd44:0:0:1::/64"], ["172.30.0.11", "fd30::11"],
        [new DeviceReport("eth0", "uplink", 1500, Up: true)],
        [new ProgramReport("uplink_in", "tcx ingress", "eth0", Attached: true, 42)],
        [new TableReport("svc", 24, 65536, "tables.services")],
        [new PoolReport("10.244.1.0/24", 253, 12, 1)], Pods: 12, Services: 24,
        new ReconcileReport(45, 0.4, 1.5, Failure: null),
        new Dictionary<string, ulong> { ["to_pod"] = 7, ["rejected"] = 0 }, [])
    {
        EventToKernel = [new LatencyReport("Service", 9, 2.5, 5, 7.2)],
        Drift = new Dictionary<string, long> { ["svc"] = 1 },
    };

    public List<FrontendReport> Services { get; } =
    [
        new("default/web", "http", "ClusterIP", "fd96::a", 80, "TCP", "cluster", Affinity: false,
            [new("fd44:0:0:1::5", 8080, "default/web-1", "n1"), new("fd44:0:0:2::6", 8080, "default/web-2", "n2")]),
    ];

    public List<DropReport> Drops { get; } = [new("no_backend", "socket", 3, 180, "the Service has no endpoint that may be used", "straum services; are its pods ready?")];

    /// <summary>Thrown by every call but that for the status.</summary>
    public Exception? Fault { get; set; }

    public StatusReport ReadStatus() => Status;

    public ServicesReport ReadServices() => Or(new ServicesReport(node, Services));

    public EndpointsReport ReadEndpoints() =>
        Or(new EndpointsReport(node, [new EndpointReport(7, "10.244.1.5", 8080, "TCP", "default/web-1", "n1", "ready", ["default/web"])]));

    /// <summary>Where its one pod is.</summary>
    public string PodNamespace { get; set; } = "/run/netns/web-1";

    public PodsReport ReadPods() => Or(new PodsReport(node, [new PodReport("default/web-1", "c0ffee", ["10.244.1.5", "fd44:0:0:1::5"], "veth1", "attached", InKernel: true, 61, PodNamespace)]));

    public List<RouteReport> Routes { get; } = [new("10.244.2.0/24", "remote-pods", "n2", "172.30.0.12", "eth0", "", Installed: true)];

    public RoutesReport ReadRoutes() => Or(new RoutesReport(node, Routes));

    public DropsReport ReadDrops() => Or(new DropsReport(node, Drops));

    private T Or<T>(T report) => Fault is null ? report : throw Fault;
}
