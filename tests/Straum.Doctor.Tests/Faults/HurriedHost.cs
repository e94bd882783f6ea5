using System.Net;
using Straum.Doctor.Dns;
using Straum.Doctor.Hosts;
using Straum.Doctor.Measuring;
using Straum.Linux;
using Straum.Linux.Bpf;
using Straum.Linux.Netfilter;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Faults;

/// <summary>The real machine in a hurry: nothing waits for ten seconds, silence is certain sooner, and some files are written down.</summary>
/// <param name="host">The real one.</param>
/// <param name="recorded">What some files of the machine say: those that a test cannot change, or that other programs do.</param>
/// <param name="whilePausing">Happens once, between two samples; all checks wait for it.</param>
internal sealed class HurriedHost(LinuxHost host, IReadOnlyDictionary<string, Func<string>> recorded, Action? whilePausing) : IHost
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private readonly Lazy<Task> _event = new(() => Task.Run(whilePausing ?? (static () => { })));
    private readonly Lazy<IReadOnlyList<PodNetwork>> _pods = new(() => [.. host.Pods.Select(static p => p with { Network = new HurriedNetwork(p.Network) })]);

    public INetwork Network { get; } = new HurriedNetwork(host.Network);

    public IReadOnlyList<PodNetwork> Pods => _pods.Value;

    public IReadOnlyList<string> AgentUplinks => host.AgentUplinks;

    public DoctorOptions Options => host.Options;

    public int Cpus => host.Cpus;

    public IReadOnlyList<MountPoint> Mounts => host.Mounts;

    public string? ReadText(string path) => recorded.TryGetValue(path, out var text) ? text() : host.ReadText(path);

    public IReadOnlyList<string>? ListDirectory(string path) => host.ListDirectory(path);

    public string? ResolvePath(string path) => host.ResolvePath(path);

    public FeatureSupport Probe(Feature feature) => host.Probe(feature);

    public FileSystemSpace? FreeSpace(string path) => host.FreeSpace(path);

    public Task<ToolOutput?> RunToolAsync(string tool, IReadOnlyList<string> arguments, CancellationToken stop) => host.RunToolAsync(tool, arguments, stop);

    public Task<string?> GetAsync(Uri page, CancellationToken stop) => host.GetAsync(page, stop);

    public Task<string?> AskAgentAsync(string resource, CancellationToken stop) => host.AskAgentAsync(resource, stop);

    public Task<SyncMeasurement> MeasureSyncAsync(string directory, SyncPattern pattern, CancellationToken stop) => host.MeasureSyncAsync(directory, pattern, stop);

    public Task PauseAsync(TimeSpan time, CancellationToken stop) => _event.Value;

    private sealed class HurriedNetwork(INetwork network) : INetwork
    {
        public IReadOnlyList<Link> Links => network.Links;

        public IReadOnlyList<InterfaceAddress> Addresses => network.Addresses;

        public IReadOnlyList<Route> Routes => network.Routes;

        public IReadOnlyList<Neighbor> Neighbors => network.Neighbors;

        public IReadOnlyList<Qdisc> Qdiscs => network.Qdiscs;

        public IReadOnlyList<ChainRules> Rules => network.Rules;

        public string? ReadText(string path) => network.ReadText(path);

        public bool Exists(string path) => network.Exists(path);

        public NicSettings? Nic(string device) => network.Nic(device);

        public Task<DnsReply> AskDnsAsync(IPEndPoint server, DnsQuestion question, TimeSpan patience, CancellationToken stop) =>
            network.AskDnsAsync(server, question, Patience, stop);

        public Task<IReadOnlyList<Echo>> EchoAsync(IPAddress peer, EchoPlan plan, CancellationToken stop) =>
            network.EchoAsync(peer, plan with { Interval = TimeSpan.FromMilliseconds(5), Patience = Patience }, stop);
    }
}
