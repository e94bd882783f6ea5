namespace Straum.Agent.LocalApi.Reports;

/// <summary>How one node's agent is: <c>GET /v1/status</c>.</summary>
/// <remarks>How to add a field to a report: the parameter with its documentation (a unit, if it has one, in the name), its
/// value where <see cref="IAgentState"/> is implemented, and a column or line in the CLI's view when people want it too.</remarks>
/// <param name="Node">The Node object's name.</param>
/// <param name="Version">Of the program.</param>
/// <param name="UptimeSeconds">Since the agent was started.</param>
/// <param name="Waiting">Why the node is not programmed yet; null when it is.</param>
/// <param name="Api">The connection to the Kubernetes API.</param>
/// <param name="Mode">native or vxlan.</param>
/// <param name="Mtu">Of pods, in bytes; 0 until it is known.</param>
/// <param name="PodPrefixes">The node's podCIDRs.</param>
/// <param name="Addresses">The node's own addresses in the cluster.</param>
/// <param name="Devices">Those that programs are attached to, without the pods' own.</param>
/// <param name="Programs">Those attached to anything but a pod, and whether the kernel still has them there.</param>
/// <param name="Tables">Those that can be full.</param>
/// <param name="Pools">How full the pod prefixes are.</param>
/// <param name="Pods">Attached pods.</param>
/// <param name="Services">Frontends in the kernel.</param>
/// <param name="Reconcile">The last pass over the kernel's state.</param>
/// <param name="Counters">What the programs counted that is no drop, by name, since the tables were made.</param>
/// <param name="Problems">What keeps the node from doing what the objects and the configuration say.</param>
public sealed record StatusReport(
    string Node, string Version, long UptimeSeconds, string? Waiting, ApiReport Api, string Mode, int Mtu,
    IReadOnlyList<string> PodPrefixes, IReadOnlyList<string> Addresses, IReadOnlyList<DeviceReport> Devices,
    IReadOnlyList<ProgramReport> Programs, IReadOnlyList<TableReport> Tables, IReadOnlyList<PoolReport> Pools, int Pods, int Services,
    ReconcileReport Reconcile, IReadOnlyDictionary<string, ulong> Counters, IReadOnlyList<ProblemReport> Problems)
{
    /// <summary>From an event of the API until the kernel does what it says, by kind of object.</summary>
    public IReadOnlyList<LatencyReport> EventToKernel { get; init; } = [];

    /// <summary>What was found in the kernel otherwise than it had been left, and repaired, by table, since the agent was started.</summary>
    public IReadOnlyDictionary<string, long> Drift { get; init; } = new Dictionary<string, long>();

    /// <summary>
    /// True when the node does not do what it is told: it waits, its last pass failed, it has heard of no changes for a minute,
    /// or a problem is an error.
    /// </summary>
    public bool HasError() => Waiting is not null || Reconcile.Failure is not null || Api.IsLost() || Problems.Any(static p => p.Severity == ProblemReport.Error);
}

/// <summary>How long something took.</summary>
/// <param name="Kind">Of objects: EndpointSlice.</param>
/// <param name="Count">How often it was measured.</param>
/// <param name="P50Milliseconds">Half were faster; the end of a histogram's bucket, as the next.</param>
/// <param name="P99Milliseconds">All but a hundredth were faster.</param>
/// <param name="LongestMilliseconds">The longest of all.</param>
public sealed record LatencyReport(string Kind, long Count, double P50Milliseconds, double P99Milliseconds, double LongestMilliseconds);

/// <summary>The connection to the Kubernetes API.</summary>
/// <param name="Server">Its address: https://172.30.0.1:6443.</param>
/// <param name="Synced">Every watch has delivered its first complete list.</param>
/// <param name="LastError">Why the last request failed; null when it did not.</param>
/// <param name="Watches">One per kind.</param>
public sealed record ApiReport(string Server, bool Synced, string? LastError, IReadOnlyList<WatchReport> Watches)
{
    private const double LostSeconds = 60;

    /// <summary>True when a watch has failed for so long that this is no restart of the API server.</summary>
    public bool IsLost() => LastError is not null && Watches.Any(static w => w.FailingSeconds > LostSeconds);
}

/// <summary>One watch.</summary>
/// <param name="Kind">Of the objects: Service.</param>
/// <param name="Connected">A watch is open right now.</param>
/// <param name="Objects">How many are known.</param>
/// <param name="ResourceVersion">The last one seen; empty before the first list.</param>
/// <param name="AgeSeconds">Since the API last sent anything for it, bookmarks included; null before the first list.</param>
/// <param name="FailingSeconds">Since the first of the requests failed that have failed in a row; null while none fails.</param>
public sealed record WatchReport(string Kind, bool Connected, int Objects, string ResourceVersion, double? AgeSeconds, double? FailingSeconds = null);

/// <summary>A device of the node.</summary>
/// <param name="Name">As the kernel has it: eth0.</param>
/// <param name="Role">uplink or overlay.</param>
/// <param name="Mtu">In bytes.</param>
/// <param name="Up">Whether it can carry packets.</param>
public sealed record DeviceReport(string Name, string Role, int Mtu, bool Up);

/// <summary>A program that should be attached.</summary>
/// <param name="Name">As in the objects: uplink_in.</param>
/// <param name="Hook">Where in the kernel: tcx ingress, cgroup connect4.</param>
/// <param name="Target">The device or control group.</param>
/// <param name="Attached">Whether it is.</param>
/// <param name="Id">The kernel's id of the program, as bpftool shows it; 0 when not attached.</param>
public sealed record ProgramReport(string Name, string Hook, string Target, bool Attached, uint Id);

/// <summary>A table that can be full.</summary>
/// <param name="Name">As in the kernel: svc, backends, conntrack.</param>
/// <param name="Used">Entries.</param>
/// <param name="Size">Entries that it has room for.</param>
/// <param name="Key">The configuration key that makes it larger: tables.services; empty when none does.</param>
public sealed record TableReport(string Name, long Used, long Size, string Key);

/// <summary>A pod prefix.</summary>
/// <param name="Prefix">One of the node's podCIDRs.</param>
/// <param name="Size">Addresses that pods can have.</param>
/// <param name="Used">Held by pods.</param>
/// <param name="Quarantined">Given back, but not long enough ago.</param>
public sealed record PoolReport(string Prefix, int Size, int Used, int Quarantined);

/// <summary>A pass that compares what should be with what the kernel has, and writes the difference.</summary>
/// <param name="Passes">Since the agent was started.</param>
/// <param name="AgeSeconds">Since the last one that succeeded; null before the first.</param>
/// <param name="TookMilliseconds">How long that one took.</param>
/// <param name="Failure">Why the last pass failed; null when it did not.</param>
public sealed record ReconcileReport(long Passes, double? AgeSeconds, double TookMilliseconds, string? Failure);

/// <summary>What keeps the node from doing what it is told.</summary>
/// <param name="Severity">error, warning or notice.</param>
/// <param name="Object">Which object is to blame: Service default/web; empty for the node itself.</param>
/// <param name="Message">What does not work, in one sentence.</param>
/// <param name="Fix">What to do about it, in one sentence.</param>
public sealed record ProblemReport(string Severity, string Object, string Message, string Fix)
{
    public const string Error = "error";
    public const string Warning = "warning";
    public const string Notice = "notice";
}
